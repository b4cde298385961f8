import type { Effect } from '../../../src/book/money/effect.ts';
import type { Payment, PaymentEvent } from '../../../src/book/money/payment.ts';
import type { Chance } from './random.ts';

/**
 * Stripe and M-Pesa as a book meets them: they keep what was paid, do what they are asked once for each key, and
 * tell it late, twice, in any order. Nothing here knows what the book has decided.
 */
type Account = {
  readonly id: string;
  readonly source: Payment['provider'];
  readonly reference: string;
  readonly amount: number;
  readonly currency: string;
  paid: number;
  state: 'waiting' | 'authorized' | 'captured' | 'voided';
  captured: number;
  refunded: number;
};
export type SimProvider = ReturnType<typeof openProvider>;

export function openProvider(chance: Chance) {
  const accounts = new Map<string, Account>();
  const done = new Map<string, { amount: number; result: ReturnType<typeof answer> }>();
  const told: PaymentEvent[] = [];
  let count = 0;

  const tell = (
    account: Account,
    kind: PaymentEvent['kind'],
    amount: number,
    reference: string,
    at: number,
  ) => {
    told.push({
      source: account.source,
      eventId: `evt_${++count}`,
      at,
      kind,
      paymentId: account.id,
      reference,
      amount,
      currency: account.currency,
      receipt: kind === 'captured' ? `receipt_${count}` : null,
    });
  };
  const answer = (kind: 'done' | 'refused', word: string) =>
    kind === 'done' ? ({ kind, reference: word } as const) : ({ kind, code: word } as const);

  const carryOut = (account: Account, { kind, amount }: Effect, at: number) => {
    if (kind === 'capture') {
      if (account.state !== 'authorized') return answer('refused', 'not_capturable');
      account.state = 'captured';
      account.captured = amount;
      tell(account, 'captured', amount, account.reference, at);
      return answer('done', account.reference);
    }
    if (kind === 'void') {
      if (account.state === 'captured') return answer('refused', 'captured_already');
      if (account.state !== 'voided') tell(account, 'voided', account.amount, account.reference, at);
      account.state = 'voided';
      return answer('done', account.reference);
    }
    const left = account.captured - account.refunded;
    if (left < amount) return answer('refused', 'nothing_to_refund');
    const isPayable = account.source === 'stripe' || (amount % 100 === 0 && amount >= 1_000);
    // Here a phone may have paid cents, which go back with the rest.
    if (!isPayable && amount !== left) return answer('refused', 'amount_not_payable');
    account.refunded += amount;
    const reference = `re_${++count}`;
    tell(account, 'refunded', amount, reference, at);
    return answer('done', reference);
  };

  return {
    accounts,
    told,
    open({ id, provider, amount, currency }: Payment): string {
      const reference = `ref_${id}`;
      if (!accounts.has(id)) {
        const account = { id, source: provider, reference, amount, currency };
        accounts.set(id, { ...account, paid: 0, state: 'waiting', captured: 0, refunded: 0 });
      }
      return reference;
    },
    /** The guest on their device; now and then a wallet pays what nobody asked for. */
    pay(id: string, at: number): void {
      const account = accounts.get(id);
      if (account?.state !== 'waiting') return;
      if (chance.of(0.15)) {
        tell(account, 'failed', account.amount, account.reference, at);
        return;
      }
      account.paid = chance.of(0.03) ? account.amount + 1 : account.amount;
      const isWallet = account.source === 'mpesa';
      account.state = isWallet ? 'captured' : 'authorized';
      if (isWallet) account.captured = account.paid;
      tell(account, isWallet ? 'captured' : 'authorized', account.paid, account.reference, at);
    },
    /** The same key is the same answer. */
    perform(effect: Effect, at: number) {
      const account = accounts.get(effect.paymentId);
      if (!account) return answer('done', 'never_started');
      const known = done.get(effect.key);
      if (known && known.amount !== effect.amount) return answer('refused', 'key_reused');
      const result = known?.result ?? carryOut(account, effect, at);
      done.set(effect.key, { amount: effect.amount, result });
      return result;
    },
    /** Some of what is to be told, in no order, and some of it not for the last time. */
    deliver(all: boolean): PaymentEvent[] {
      if (all) return told.splice(0);
      const some = Array.from({ length: Math.min(told.length, 1 + chance.below(3)) }, () => {
        const index = chance.below(told.length);
        return chance.of(0.2) ? told[index] : told.splice(index, 1)[0];
      });
      return some.flatMap((event) => event ?? []);
    },
  };
}
