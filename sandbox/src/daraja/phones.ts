import { z } from 'zod';
import { readJson } from '../body.ts';
import type { Deliveries } from '../deliveries.ts';
import { DeliveryFault, planFault } from '../delivery-faults.ts';
import type { ShownPayment } from '../payments.ts';
import { Problem } from '../problem.ts';
import type { Store } from '../store.ts';
import type { Push, Pushes } from './pushes.ts';
import { CANCELLED, DONE, NO_ANSWER, NO_BALANCE, newReceipt, type Result } from './results.ts';
import { toStkCallback } from './stk-callback.ts';
import type { Teller } from './teller.ts';

const PATH = /^\/sandbox\/payments\/(pay_[0-9a-z]{1,80})$/;
const SOMEBODY_ELSE = '254700000000';
const CENTS = 100;

const STATES: Readonly<Record<string, string>> = {
  [DONE.code]: 'taken',
  [NO_BALANCE.code]: 'declined',
  [CANCELLED.code]: 'cancelled',
  [NO_ANSWER.code]: 'timed_out',
};
const OUTCOMES = { succeed: DONE, fail: NO_BALANCE, cancel: CANCELLED, timeout: NO_ANSWER };
type Outcome = keyof typeof OUTCOMES;

/**
 * What a forger or a mistaken Daraja says: another amount, another phone, a receipt that belongs to another
 * payment, a success that Daraja itself denies, and, after the truth, a failure that never was.
 */
const LIES = ['amount', 'phone', 'receipt', 'denied', 'contradicted'] as const;
type Lie = (typeof LIES)[number];

const Play = z.strictObject({
  outcome: z.enum(Object.keys(OUTCOMES) as [Outcome, ...Outcome[]]),
  faults: z.union([DeliveryFault, z.strictObject({ mode: z.enum(LIES) })]).optional(),
});

const show = (push: Push): ShownPayment => ({
  ...{ paymentId: push.payment_id, provider: 'mpesa', about: push.phone },
  amount: { amount: push.amount * CENTS, currency: 'KES' },
  state: push.ended_at === null ? 'waiting' : (STATES[push.result_code ?? ''] ?? 'declined'),
  outcomes: push.ended_at === null ? Object.keys(OUTCOMES) : [],
  askedAt: new Date(push.asked_at).toISOString(),
});

/** The part of the person who holds the phone. */
export function createPhones(store: Store, pushes: Pushes, teller: Teller, deliveries: Deliveries) {
  const callbackOf = (push: Push, told: Result, lie: Lie | null) =>
    toStkCallback({
      push,
      told,
      code: teller.spell(told.code),
      amount: lie === 'amount' ? push.amount + 1 : push.amount,
      phone: lie === 'phone' ? SOMEBODY_ELSE : push.phone,
      receipt: lie === 'receipt' ? pushes.receiptOfAnother(push) : (push.receipt ?? newReceipt()),
    });

  const answer = (asked: Push, told: Result, lie: Lie | null) => {
    const push = pushes.end(asked, lie === 'denied' ? CANCELLED : told);
    teller.tell(push.callback_url, callbackOf(push, told, lie));
    if (lie === 'contradicted') teller.tell(push.callback_url, callbackOf(push, NO_ANSWER, null));
  };

  return {
    owns(pathname: string): boolean {
      const paymentId = PATH.exec(pathname)?.[1];
      return paymentId !== undefined && pushes.latestOf(paymentId) !== undefined;
    },

    show(most: number): ShownPayment[] {
      pushes.expire();
      return pushes.latest(most).map(show);
    },

    async play(request: Request): Promise<Response> {
      const { outcome, faults } = await readJson(request, Play);
      const paymentId = PATH.exec(new URL(request.url).pathname)?.[1] ?? '';
      pushes.expire();
      const asked = pushes.latestOf(paymentId);
      if (!asked) throw new Problem(404, 'payments.not_found', `No phone has been asked for ${paymentId}.`);
      if (asked.ended_at !== null) {
        const detail = `The phone no longer asks for ${paymentId}: ${asked.result_text}`;
        throw new Problem(409, 'payments.not_now', detail);
      }

      const lie = LIES.find((mode) => mode === faults?.mode) ?? null;
      const fault = faults && lie === null ? planFault(DeliveryFault.parse(faults)) : null;
      deliveries.meeting(fault, () => store.transaction(() => answer(asked, OUTCOMES[outcome], lie)));
      await deliveries.run();
      return Response.json({ paymentId, outcome });
    },
  };
}
