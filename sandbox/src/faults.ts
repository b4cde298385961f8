import { z } from 'zod';
import { readJson } from './body.ts';
import type { Store } from './store.ts';

const SLOW_MS = 20_000;

const Fault = z
  .strictObject({
    target: z.enum(['mail', 'turnstile', 'stripe', 'mpesa']),
    mode: z.enum(['down', 'slow', 'error', 'lost', 'stuck', 'none']),
    /** How many requests meet the fault; without it, every one until the mode is set to none. */
    times: z.int().min(1).max(1_000_000).optional(),
  })
  .refine(
    ({ target, mode }) => mode !== 'stuck' || target === 'stripe',
    'only stripe remembers its failures',
  );

type FaultRow = { target: string; mode: string; remaining: number | null };
export type Target = z.infer<typeof Fault>['target'];

/**
 * Makes a dependency fail. `down` does nothing and answers 503. `slow`, `error` and `lost` do the work, and
 * then the answer comes too late, is cut off in the middle or is a 502: the caller can't know, and has to ask
 * again. `stuck` is a 500 after the work that the dependency keeps giving to whoever asks again with the same key.
 */
export function createFaults(store: Store) {
  const { sql } = store;

  const take = (target: Target): string =>
    store.transaction(() => {
      const row = sql.exec<FaultRow>('SELECT * FROM fault WHERE target = ?', target).toArray()[0];
      if (!row) return 'none';
      if (row.remaining === 1) sql.exec('DELETE FROM fault WHERE target = ?', target);
      else sql.exec('UPDATE fault SET remaining = remaining - 1 WHERE target = ?', target);
      return row.mode;
    });

  const list = () => {
    const rows = sql.exec<FaultRow>('SELECT * FROM fault ORDER BY target').toArray();
    const data = rows.map(({ target, mode, remaining }) => ({ target, mode, times: remaining }));
    return Response.json({ data });
  };

  return {
    list,

    async set(request: Request): Promise<Response> {
      const { target, mode, times } = await readJson(request, Fault);

      sql.exec('DELETE FROM fault WHERE target = ?', target);
      if (mode !== 'none') sql.exec('INSERT INTO fault VALUES (?, ?, ?)', target, mode, times ?? null);
      return list();
    },

    async through(target: Target, work: (isStuck: boolean) => Promise<Response>): Promise<Response> {
      const mode = take(target);
      if (mode === 'down') return new Response('Service Unavailable', { status: 503 });

      const response = await work(mode === 'stuck');
      if (mode === 'slow') await scheduler.wait(SLOW_MS);
      if (mode === 'lost') return new Response('Bad Gateway', { status: 502 });
      if (mode !== 'error') return response;
      const text = await response.text();
      return new Response(text.slice(0, text.length / 2), {
        headers: { 'content-type': 'application/json' },
      });
    },
  };
}
