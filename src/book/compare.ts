import type { Call } from './command.ts';
import { equalsSnapshot, type Snapshot, takeSnapshot } from './outbox/snapshot.ts';
import type { Transactor } from './store/transactor.ts';

/** `ahead`: D1 knows a later version than the book, so the book was set back to an earlier point. */
export type Comparison = 'equal' | 'behind' | 'ahead' | 'different';

/**
 * What D1 has against what the book has. Whatever differs is sent again; a book that was set back begins a
 * new epoch first, since D1 never goes back to an earlier version.
 */
export function compare(tx: Transactor, call: Call, seen: Snapshot | null) {
  const own = takeSnapshot(tx);
  if (own === null) return { ok: false, refusal: 'unopened' } as const;
  const result = judge(own, seen);
  if (result === 'ahead' && seen !== null) tx.outlive(Math.max(seen.epoch, own.epoch));
  if (result !== 'equal') tx.post('projection', own.propertyId, takeSnapshot(tx), call.now);
  return { ok: true, value: result } as const;
}

function judge(own: Snapshot, seen: Snapshot | null): Comparison {
  if (seen === null) return 'behind';
  const order = own.epoch - seen.epoch || own.version - seen.version;
  if (order > 0) return 'behind';
  if (order < 0) return 'ahead';
  return equalsSnapshot(own, seen) ? 'equal' : 'different';
}
