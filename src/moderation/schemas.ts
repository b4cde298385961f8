import { idPattern } from '../kernel/ids.ts';
import { pageOf, pageQuery } from '../kernel/page.ts';
import { instant, text, z } from '../kernel/zod.ts';

const MAX_REASON = 500;

export const DeadLetterParams = z.object({ deadLetterId: z.string().regex(idPattern('dlt')) });
export const DeadLettersQuery = z.strictObject(pageQuery);
export const ReplayBody = z.strictObject({ reason: text(1, MAX_REASON) });
export const DeadLetter = z
  .object({
    id: z.string(),
    queue: z.string(),
    kind: z.string().nullable().openapi({ description: 'What was to be done' }),
    subject: z.string().nullable().openapi({ description: 'The name of the message, or what it is about' }),
    at: instant,
  })
  .openapi('DeadLetter');
export const DeadLetterPage = pageOf(DeadLetter);
