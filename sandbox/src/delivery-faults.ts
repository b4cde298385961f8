import { z } from 'zod';
import { readJson } from './body.ts';
import { parseDurationMs } from './clock.ts';
import { Problem } from './problem.ts';
import type { Store } from './store.ts';

export const Receiver = z.enum(['stripe', 'mpesa']);
export type Receiver = z.infer<typeof Receiver>;

const MODES = [
  'duplicate',
  'reorder',
  'late',
  'drop',
  'forged',
  'tampered',
  'truncated',
  'reserialised',
  'old',
  'future',
] as const;
export type DeliveryMode = (typeof MODES)[number] | 'none';

/** `by`: how late by the clock, as an ISO 8601 duration. */
const withoutBy = { mode: z.enum(MODES).exclude(['late']), by: z.undefined().optional() };
const late = { mode: z.literal('late'), by: z.string() };
export const DeliveryFault = z.union([z.strictObject(withoutBy), z.strictObject(late)], {
  error: `must be {"mode": one of ${MODES.join(' ')}}, and of late also {"by": an ISO 8601 duration}`,
});
const about = { target: Receiver, times: z.int().min(1).max(1_000_000).optional() };
const Change = z.union([
  z.strictObject({ ...about, ...withoutBy }),
  z.strictObject({ ...about, ...late }),
  z.strictObject({ target: Receiver, mode: z.literal('none') }),
]);

type FaultRow = { target: string; mode: string; late_ms: number; remaining: number | null };
export type PlannedFault = { mode: DeliveryMode; lateMs: number };
export const NO_FAULT: PlannedFault = { mode: 'none', lateMs: 0 };

export function planFault(fault: z.infer<typeof DeliveryFault>): PlannedFault {
  return { mode: fault.mode, lateMs: fault.mode === 'late' ? parseDurationMs(fault.by) : 0 };
}

/**
 * What goes wrong on the way to Roost. `duplicate` comes twice, `reorder` after the next one, `late` and
 * `drop` as they say. The others are attacks, and only the first attempt is one: `forged` has a signature of
 * somebody else, `tampered`, `truncated` and `reserialised` a changed body, `old` and `future` a time that is
 * 301 seconds off.
 */
export function createDeliveryFaults(store: Store) {
  const { sql } = store;
  const list = () => {
    const rows = sql.exec<FaultRow>('SELECT * FROM delivery_fault ORDER BY target').toArray();
    const data = rows.map(({ target, mode, late_ms, remaining }) => ({
      target,
      mode,
      ...(mode === 'late' ? { lateMs: late_ms } : {}),
      times: remaining,
    }));
    return Response.json({ data });
  };

  return {
    list,

    async set(request: Request): Promise<Response> {
      const change = await readJson(request, Change);
      if (change.target === 'mpesa' && ['old', 'future'].includes(change.mode)) {
        throw new Problem(400, 'request.invalid', 'What M-Pesa sends carries no time of its sending.');
      }

      const planned = change.mode === 'none' ? null : planFault(change);
      sql.exec('DELETE FROM delivery_fault WHERE target = ?', change.target);
      if (planned && change.mode !== 'none') {
        sql.exec(
          'INSERT INTO delivery_fault VALUES (?, ?, ?, ?)',
          ...[change.target, planned.mode, planned.lateMs, change.times ?? null],
        );
      }
      return list();
    },

    /** In the transaction of whoever sends. */
    take(target: Receiver): PlannedFault {
      const row = sql.exec<FaultRow>('SELECT * FROM delivery_fault WHERE target = ?', target).toArray()[0];
      if (!row) return NO_FAULT;
      if (row.remaining === 1) sql.exec('DELETE FROM delivery_fault WHERE target = ?', target);
      else sql.exec('UPDATE delivery_fault SET remaining = remaining - 1 WHERE target = ?', target);
      return { mode: row.mode as DeliveryMode, lateMs: row.late_ms };
    },
  };
}
