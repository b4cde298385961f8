import { z } from 'zod';
import { readJson } from './body.ts';
import type { Clock } from './clock.ts';
import { Problem } from './problem.ts';
import type { Store } from './store.ts';

const MAX_KEPT = 10_000;
const MAX_LISTED = 200;

const Message = z.strictObject({
  from: z.string().min(1).max(320),
  to: z.string().min(3).max(320),
  subject: z.string().max(998),
  text: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
});

type MailRow = {
  id: string;
  recipient: string;
  subject: string;
  text: string;
  sent_at: number;
  headers: string | null;
};
const MAILS = 'SELECT mail.*, headers FROM mail LEFT JOIN mail_header USING (seq)';

/** Both sides of the post: the provider that Roost sends through, and the box where a person reads. */
export function createMailbox(store: Store, clock: Clock) {
  const { sql } = store;

  return {
    async accept(request: Request): Promise<Response> {
      if (!/^Bearer +\S/i.test(request.headers.get('authorization') ?? '')) {
        throw new Problem(
          401,
          'auth.required',
          'Send Authorization: Bearer and a token; any token will do.',
          {
            'www-authenticate': 'Bearer',
          },
        );
      }
      const key = request.headers.get('idempotency-key');
      if (!key) throw new Problem(400, 'request.invalid', 'The header Idempotency-Key is required.');
      const message = await readJson(request, Message);

      const id = store.transaction(() => {
        const known = sql
          .exec<{ mail_id: string }>('SELECT mail_id FROM mail_key WHERE key = ?', key)
          .toArray()[0];
        if (known) return known.mail_id;

        const newId = `mail_${crypto.randomUUID()}`;
        const { to, subject, text, headers } = message;
        sql.exec('INSERT INTO mail_key VALUES (?, ?)', key, newId);
        sql.exec(
          'INSERT INTO mail (id, recipient, subject, text, sent_at) VALUES (?, ?, ?, ?, ?)',
          ...[newId, to, subject, text, clock.now()],
        );
        if (headers) {
          const kept = JSON.stringify(headers);
          sql.exec('INSERT INTO mail_header SELECT max(seq), ? FROM mail', kept);
        }
        for (const table of ['mail_header', 'mail'])
          sql.exec(`DELETE FROM ${table} WHERE seq <= (SELECT max(seq) FROM mail) - ?`, MAX_KEPT);
        return newId;
      });
      return Response.json({ id });
    },

    list(request: Request): Response {
      const to = new URL(request.url).searchParams.get('to');

      const rows = to
        ? sql.exec<MailRow>(
            `${MAILS} WHERE lower(recipient) = lower(?) ORDER BY seq DESC LIMIT ?`,
            ...[to, MAX_LISTED],
          )
        : sql.exec<MailRow>(`${MAILS} ORDER BY seq DESC LIMIT ?`, MAX_LISTED);
      return Response.json({ data: rows.toArray().map(toMail) });
    },

    /** The keys stay, so that a late repetition of an emptied message doesn't come back. */
    empty(): Response {
      sql.exec('DELETE FROM mail');
      sql.exec('DELETE FROM mail_header');
      return new Response(null, { status: 204 });
    },
  };
}

function toMail(row: MailRow) {
  const code = findCode(row.text);
  return {
    id: row.id,
    to: row.recipient,
    subject: row.subject,
    text: row.text,
    ...(row.headers === null ? {} : { headers: JSON.parse(row.headers) }),
    ...(code === null ? {} : { code }),
    links: findLinks(row.text),
    sentAt: new Date(row.sent_at).toISOString(),
  };
}

export const findCode = (text: string): string | null => /^[ \t]*(\d{6})[ \t]*\r?$/m.exec(text)?.[1] ?? null;

/** A full stop or a bracket after an address belongs to the sentence, not to the address. */
export const findLinks = (text: string): string[] =>
  (text.match(/https?:\/\/[^\s<>"]+/gi) ?? []).map((link) => link.replace(/[.,;:!?)\]}'*]+$/, ''));
