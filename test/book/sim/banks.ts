import type { Payout, PayoutResult } from '../../../src/book/money/payout.ts';
import { BALANCE_SCHEMA, balanceIn, draw, refuseDrawing } from '../../../src/payments/payouts/draw.ts';
import type { Chance } from './random.ts';
import { openStorage } from './storage.ts';

/**
 * The host's balance, which is the real one, and the bank that they are paid at: sometimes they have said none,
 * sometimes it refuses, sometimes it tells later. It pays once for each name.
 */
export type SimBank = ReturnType<typeof openBank>;

const SHILLINGS = {
  unit: 100,
  least: 5_000,
  most: 200_000,
  provider: 'mpesa',
  destination: '254700000000',
} as const;

export function openBank(chance: Chance) {
  const storage = openStorage();
  storage.sql.exec(BALANCE_SCHEMA);
  const paid = new Map<string, number>();
  const refused = new Set<string>();
  let calm = false;

  return {
    paid,
    balance: () => balanceIn(storage.sql, 'KES'),
    setCalm: () => {
      calm = true;
    },
    perform({ key, attempt, amount, currency }: Payout): PayoutResult {
      const hasAccount = calm || chance.of(0.7);
      const name = (number: number) => `${key}.${number}`;
      const drawn = storage.transactionSync(() =>
        draw(storage.sql, {
          key: name(attempt),
          instead: attempt === 0 ? null : name(attempt - 1),
          ...{ amount, currency, to: amount < 0 || !hasAccount ? null : SHILLINGS },
        }),
      );
      if (drawn === null) return { kind: 'waiting', reason: 'no_account' };
      const { state, destination: _, key: own, ...known } = drawn;
      if (state === 'undone') return { kind: 'failed', reason: 'undone' };
      if (known.provider === null) return { kind: 'paid', ...known, reference: null };
      if (!paid.has(own) && (refused.has(own) || (!calm && chance.of(0.1)))) {
        refused.add(own);
        refuseDrawing(storage.sql, own);
        return { kind: 'failed', reason: 'refused' };
      }
      const before = paid.get(own);
      if (before !== undefined && before !== known.sent) throw new Error(`${own} is sent twice`);
      paid.set(own, known.sent);
      return { kind: chance.of(0.3) ? 'sent' : 'paid', ...known, reference: own };
    },
  };
}
