/** The one place where zod comes from, after @hono/zod-openapi has extended it. */
import '@hono/zod-openapi';
import * as z from './zod-parts.ts';

export { z };

// Control characters (tab and line breaks apart) and half characters never belong in a text.
const CLEAN = '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f]*$';
const ONE_LINE = '^[^\\u0000-\\u001f\\u007f]*$';
const ONE_LINE_WITH_SOMETHING = '^(?=[\\s\\S]*\\S)[^\\u0000-\\u001f\\u007f]*$';
// A name under a top-level domain, so that neither an address by numbers nor a login fits in.
const HTTPS_ADDRESS =
  '^https://(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\\.)+[A-Za-z]{2,}(?::\\d{1,4})?(?:[/?#][!-~]*)?$';

const clean = new RegExp(CLEAN);
const isClean = (value: string): boolean => value.isWellFormed() && clean.test(value);
const UNCLEAN = { message: 'has a control character or half a character', params: { code: 'unclean_text' } };

/**
 * Several lines of text. Its length is in characters, as JSON Schema and people count them: one that takes
 * two code units is one.
 */
export const text = (min: number, max: number) =>
  z
    .string()
    .superRefine((value, context) => {
      const bound = { origin: 'string', inclusive: true, input: value } as const;
      const length = [...value].length;
      if (!isClean(value)) context.addIssue({ code: 'custom', ...UNCLEAN });
      else if (length < min) context.addIssue({ code: 'too_small', minimum: min, ...bound });
      else if (length > max) context.addIssue({ code: 'too_big', maximum: max, ...bound });
    })
    .openapi({ minLength: min, maxLength: max, pattern: CLEAN });

/** One line of text, with something in it. */
export const line = (min: number, max: number) =>
  text(min, max)
    .refine((value) => !/[\r\n\t]/.test(value) && (min === 0 || value.trim() !== ''), {
      message: 'must be one line with something in it',
      params: { code: 'not_one_line' },
    })
    .openapi({ pattern: min === 0 ? ONE_LINE : ONE_LINE_WITH_SOMETHING });

const address = z.email();

export const email = (max: number) =>
  address.max(max).openapi({ pattern: String(address._zod.def.pattern?.source) });

/** As it was written: zod's own reading of addresses takes spaces around one for nothing. */
export const httpsUrl = (max: number) =>
  z
    .string()
    .max(max)
    .regex(new RegExp(HTTPS_ADDRESS))
    .refine((value) => URL.canParse(value), 'has to be an address');

export const instant = z.iso.datetime();

const NUMBER = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** In an address a number is a text, written as in JSON; a field that was left empty is none. */
export const inAddress = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (typeof value === 'string' && NUMBER.test(value) ? Number(value) : value), schema);

/** What a solved challenge is proven with. */
export const captcha = text(1, 2_048).openapi({ description: 'A Turnstile token' });
