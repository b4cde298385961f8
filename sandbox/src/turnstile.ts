import { z } from 'zod';
import { mediaType, parseJson, readJson, readText } from './body.ts';
import type { Clock } from './clock.ts';
import { Problem } from './problem.ts';
import type { Store } from './store.ts';

const TOKEN_LIFE_MS = 300_000;
const MAX_TOKEN_LENGTH = 2_048;

const Mint = z.strictObject({
  action: z.string().regex(/^[\w-]{1,32}$/, 'has 1 to 32 letters, digits, _ or -'),
  hostname: z.string().min(1).max(253).default('localhost'),
});

type TokenRow = { token: string; action: string; hostname: string; solved_at: number; spent: number };
type Answer = { success: boolean; 'error-codes': string[] } & Record<string, unknown>;

/** Cloudflare's siteverify, its documented test secrets included. A browser's part is played by `mint`. */
export function createTurnstile(store: Store, clock: Clock) {
  const { sql } = store;

  const redeem = (token: string): Answer => {
    const row = sql.exec<TokenRow>('SELECT * FROM turnstile_token WHERE token = ?', token).toArray()[0];
    if (!row) return failure('invalid-input-response');
    if (row.spent || clock.now() - row.solved_at > TOKEN_LIFE_MS) return failure('timeout-or-duplicate');

    sql.exec('UPDATE turnstile_token SET spent = 1 WHERE token = ?', token);
    return success(row.solved_at, { hostname: row.hostname, action: row.action, cdata: '' });
  };

  return {
    async mint(request: Request): Promise<Response> {
      const { action, hostname } = await readJson(request, Mint);

      const token = `0.${crypto.randomUUID()}.${crypto.randomUUID()}`;
      sql.exec(
        'INSERT INTO turnstile_token (token, action, hostname, solved_at) VALUES (?, ?, ?, ?)',
        ...[token, action, hostname, clock.now()],
      );
      return Response.json({ token }, { status: 201 });
    },

    async siteverify(request: Request): Promise<Response> {
      const fields = await readFields(request);
      if (!fields) return Response.json(failure('bad-request'), { status: 400 });
      const { secret, response, idempotency_key: key } = fields;
      if (!secret) return Response.json(failure('missing-input-secret'));
      if (!response) return Response.json(failure('missing-input-response'));
      if (response.length > MAX_TOKEN_LENGTH) return Response.json(failure('invalid-input-response'));
      const canned = testSecretAnswer(secret, clock.now());
      if (canned) return Response.json(canned);
      if (!key) return Response.json(redeem(response));

      const answer = store.transaction(() => {
        const first = sql
          .exec<{ answer: string }>(
            'SELECT answer FROM turnstile_answer WHERE key = ? AND token = ?',
            key,
            response,
          )
          .toArray()[0];
        if (first) return first.answer;

        const text = JSON.stringify(redeem(response));
        sql.exec('INSERT INTO turnstile_answer VALUES (?, ?, ?)', key, response, text);
        return text;
      });
      return new Response(answer, { headers: { 'content-type': 'application/json' } });
    },
  };
}

function testSecretAnswer(secret: string, nowMs: number): Answer | null {
  const metadata = { result_with_testing_key: true };
  switch (secret) {
    case '1x0000000000000000000000000000000AA':
      return success(nowMs, { hostname: 'example.com', action: '', cdata: '', metadata });
    case '2x0000000000000000000000000000000AA':
      return { ...failure('invalid-input-response'), hostname: 'example.com', metadata };
    case '3x0000000000000000000000000000000AA':
      return { ...failure('timeout-or-duplicate'), hostname: 'example.com', metadata };
    default:
      return null;
  }
}

const success = (solvedAtMs: number, rest: Record<string, unknown>): Answer => ({
  success: true,
  'error-codes': [],
  challenge_ts: new Date(solvedAtMs).toISOString(),
  ...rest,
});

const failure = (code: string): Answer => ({ success: false, 'error-codes': [code], messages: [] });

/** Null when the body is neither of the two kinds that siteverify reads. */
async function readFields(request: Request): Promise<Record<string, string> | null> {
  switch (mediaType(request)) {
    case 'application/x-www-form-urlencoded':
      return Object.fromEntries(new URLSearchParams(await readText(request)));
    case 'multipart/form-data': {
      const form = await request.formData().catch(() => null);
      return form && strings(Object.fromEntries(form));
    }
    case 'application/json':
      return strings(await readText(request).then(parseJson).catch(ignoreProblem));
    default:
      return null;
  }
}

function ignoreProblem(error: unknown): null {
  if (error instanceof Problem) return null;
  throw error;
}

function strings(value: unknown): Record<string, string> | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  return Object.fromEntries(Object.entries(value).filter(([, field]) => typeof field === 'string'));
}
