import { z } from 'zod';
import { readJson } from './body.ts';
import type { Store } from './store.ts';

const SLOW_MS = 20_000;

const Fault = z.strictObject({
  target: z.enum(['mail', 'turnstile']),
  mode: z.enum(['down', 'slow', 'error', 'none']),
  /** How many requests meet the fault; without it, every one until the mode is set to none. */
  times: z.int().min(1).max(1_000_000).optional(),
});

type FaultRow = { target: string; mode: string; remaining: number | null };
export type Target = z.infer<typeof Fault>['target'];

/**
 * Makes a dependency fail. `down` does nothing and answers 503. `slow` and `error` do the work, and then the
 * answer comes too late or is cut off in the middle: the caller can't know, and has to ask again.
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

    async through(target: Target, work: () => Promise<Response>): Promise<Response> {
      const mode = take(target);
      if (mode === 'down') return new Response('Service Unavailable', { status: 503 });

      const response = await work();
      if (mode === 'slow') await scheduler.wait(SLOW_MS);
      if (mode !== 'error') return response;
      const text = await response.text();
      return new Response(text.slice(0, text.length / 2), {
        headers: { 'content-type': 'application/json' },
      });
    },
  };
}
