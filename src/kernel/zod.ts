/** The one place where zod comes from: @hono/zod-openapi extends it, and a second copy would not know. */
import { z } from '@hono/zod-openapi';

export { z };

// Control characters (tab and line breaks apart) and half characters never belong in a text.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are exactly what must be refused
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/;

const isClean = (value: string): boolean => value.isWellFormed() && !CONTROL.test(value);
const UNCLEAN = { message: 'has a control character or half a character', params: { code: 'unclean_text' } };

/** Several lines of text. */
export const text = (min: number, max: number) => z.string().min(min).max(max).refine(isClean, UNCLEAN);

/** One line of text, with something in it. */
export const line = (min: number, max: number) =>
  text(min, max).refine((value) => !/[\r\n\t]/.test(value) && (min === 0 || value.trim() !== ''), {
    message: 'must be one line with something in it',
    params: { code: 'not_one_line' },
  });

export const instant = z.iso.datetime();
