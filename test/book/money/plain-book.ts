import { putRates, putRules } from '../../../src/book/calendar/put-settings.ts';
import { changeStatus } from '../../../src/book/change-status.ts';
import type { Call } from '../../../src/book/command.ts';
import { Keeper } from '../../../src/book/keeper.ts';
import { applyPaymentEvents } from '../../../src/book/money/apply-payment-events.ts';
import type { Payment } from '../../../src/book/money/payment.ts';
import { settleEffect } from '../../../src/book/money/settle-effect.ts';
import { startPayment } from '../../../src/book/money/start-payment.ts';
import { DEFAULT_RULES } from '../../../src/book/schemas.ts';
import type { Booking } from '../../../src/book/stays/booking.ts';
import { createBooking } from '../../../src/book/stays/create-booking.ts';
import { readBooking } from '../../../src/book/stays/read-booking.ts';
import type { OutboxRow } from '../../../src/book/store/reader.ts';
import type { Transactor } from '../../../src/book/store/transactor.ts';
import { tellFacts } from '../../../src/book/tell-facts.ts';
import type { Night } from '../../../src/kernel/stay.ts';
import type { Quote } from '../../../src/pricing/index.ts';
import { factsOf, HOST, NOW } from '../plain.ts';
import { checkPayments, readMoney } from '../sim/check-payments.ts';
import { openStorage } from '../sim/storage.ts';
import { quoteFor } from '../stays/quote.ts';
import { eventOf } from './events.ts';

/** One booking in a book of its own, and its money, without a runtime. */
export const GUEST = 'usr_guest';
const PROPERTY = `prp_${'s'.repeat(26)}`;
export const BOOKING = `bkg_${'b'.repeat(26)}${'s'.repeat(26)}`;
export const by = (accountId: string | null, actorKind: Call['actorKind'] = 'session', now = NOW): Call => ({
  ...{ now, requestId: 'test', actorKind, accountId },
});
export const SYSTEM = by(null, 'system');

export type PlainBook = ReturnType<typeof openPlainBook>;

export function openPlainBook(more: Partial<Quote> = {}, nights = 2) {
  const storage = openStorage();
  const sent: OutboxRow[] = [];
  const ground = {
    storage,
    sink: {
      send: async (rows: readonly OutboxRow[]) => {
        sent.push(...rows);
        return 'done' as const;
      },
    },
    random: () => 0,
    wakeIn: () => {},
    gather: async () => {},
  };
  const keeper = new Keeper(ground).open();
  const run = <O extends { ok: boolean }>(command: (tx: Transactor) => O, now = NOW) => {
    const outcome = keeper.run(now, command);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome));
    return outcome as Extract<O, { ok: true }>;
  };
  run((tx) => tellFacts(tx, SYSTEM, factsOf(PROPERTY)));
  run((tx) => putRates(tx, by(HOST), { currency: 'KES', nightly: 10_000 }, '*'));
  run((tx) => putRules(tx, by(HOST), { ...DEFAULT_RULES, bookingMode: 'instant' }, '*'));
  run((tx) => changeStatus(tx, by(HOST), { to: 'published', missing: [] }));
  const quote = quoteFor(PROPERTY, '2027-03-01' as Night, nights, more);
  run((tx) => createBooking(tx, by(GUEST), { id: BOOKING, quote, message: null }));

  let count = 0;
  const booking = () => run((tx) => readBooking(tx, by(GUEST), BOOKING)).value as Booking;
  const money = () => readMoney(storage);
  return {
    ...{ storage, keeper, run, booking, money, sent },
    drain: (now = NOW) => keeper.drain(() => now),

    start(provider: Payment['provider']): Payment {
      const paymentId = `pay_${String(++count).padStart(26, '0')}${'s'.repeat(26)}`;
      const start = { bookingId: BOOKING, paymentId, provider, phone: null, tokenHash: null, takes: null };
      return run((tx) => startPayment(tx, by(GUEST), start)).value as Payment;
    },

    pay(provider: Payment['provider']): Payment {
      const payment = this.start(provider);
      run((tx) => applyPaymentEvents(tx, SYSTEM, [eventOf(payment, 'captured')]));
      return payment;
    },

    /** Everything that is asked of a provider is done by it. */
    settleAll(): void {
      for (let open = next(money()); open !== undefined; open = next(money())) {
        const { paymentId, key, id } = open;
        const settled = { paymentId, key, result: { kind: 'done', reference: `did_${id}` } } as const;
        run((tx) => settleEffect(tx, SYSTEM, settled));
      }
    },

    refunds: () =>
      money()
        .effects.filter(({ kind }) => kind === 'refund')
        .map(({ amount }) => amount)
        .sort((a, b) => a - b),

    wrong: () => checkPayments(money(), new Map([[BOOKING, booking()]])),
  };
}

const next = ({ effects }: ReturnType<typeof readMoney>) => effects.find(({ state }) => state === 'sent');
