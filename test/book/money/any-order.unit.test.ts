import { expect, test } from 'vitest';
import { putRates, putRules } from '../../../src/book/calendar/put-settings.ts';
import { changeStatus } from '../../../src/book/change-status.ts';
import type { Call } from '../../../src/book/command.ts';
import { Keeper } from '../../../src/book/keeper.ts';
import { applyPaymentEvents } from '../../../src/book/money/apply-payment-events.ts';
import { attachPayment } from '../../../src/book/money/attach-payment.ts';
import { balances } from '../../../src/book/money/ledger.ts';
import type { Payment, PaymentEvent } from '../../../src/book/money/payment.ts';
import { startPayment } from '../../../src/book/money/start-payment.ts';
import { DEFAULT_RULES } from '../../../src/book/schemas.ts';
import type { Booking } from '../../../src/book/stays/booking.ts';
import { createBooking } from '../../../src/book/stays/create-booking.ts';
import { readBooking } from '../../../src/book/stays/read-booking.ts';
import { tellFacts } from '../../../src/book/tell-facts.ts';
import type { Night } from '../../../src/kernel/stay.ts';
import { factsOf, HOST, NOW } from '../plain.ts';
import { checkPayments, readMoney } from '../sim/check-payments.ts';
import { openStorage } from '../sim/storage.ts';
import { quoteFor } from '../stays/quote.ts';
import { eventOf } from './events.ts';

/** Providers repeat themselves and keep no order; what they have said is the same in the end. */
const PROPERTY = `prp_${'s'.repeat(26)}`;
const BOOKING = `bkg_${'b'.repeat(26)}${'s'.repeat(26)}`;
const PAYMENT = `pay_${'p'.repeat(26)}${'s'.repeat(26)}`;
const GUEST = 'usr_guest';
const by = (accountId: string | null, actorKind: Call['actorKind'] = 'session'): Call => ({
  ...{ now: NOW, requestId: 'test', actorKind, accountId },
});
const SYSTEM = by(null, 'system');

type Kind = PaymentEvent['kind'];
type Said = readonly [kind: Kind, more?: Partial<PaymentEvent>];

function afterHearing(provider: Payment['provider'], said: readonly Said[]) {
  const storage = openStorage();
  const ground = {
    storage,
    sink: { send: async () => 'done' as const },
    random: () => 0,
    wakeIn: () => {},
    gather: async () => {},
  };
  const keeper = new Keeper(ground).open();
  const run = <O extends { ok: boolean }>(command: Parameters<typeof keeper.run<O>>[1]) => {
    const outcome = keeper.run(NOW, command);
    if (!outcome.ok) throw new Error(JSON.stringify(outcome));
    return outcome as O & { value: never };
  };
  run((tx) => tellFacts(tx, SYSTEM, factsOf(PROPERTY)));
  run((tx) => putRates(tx, by(HOST), { currency: 'KES', nightly: 10_000 }, '*'));
  run((tx) => putRules(tx, by(HOST), { ...DEFAULT_RULES, bookingMode: 'instant' }, '*'));
  run((tx) => changeStatus(tx, by(HOST), { to: 'published', missing: [] }));
  const quote = quoteFor(PROPERTY, '2027-03-01' as Night, 3);
  run((tx) => createBooking(tx, by(GUEST), { id: BOOKING, quote, message: null }));
  const start = {
    bookingId: BOOKING,
    paymentId: PAYMENT,
    provider,
    phone: null,
    tokenHash: null,
    takes: null,
  };
  const payment: Payment = run((tx) => startPayment(tx, by(GUEST), start)).value;
  run((tx) => attachPayment(tx, SYSTEM, { paymentId: PAYMENT, reference: 'pi_1' }));
  const events = said.map(([kind, more], index) =>
    eventOf({ ...payment, reference: 'pi_1' }, kind, { eventId: `evt_${index}_${kind}`, ...more }),
  );
  for (const event of events) run((tx) => applyPaymentEvents(tx, SYSTEM, [event]));
  const money = readMoney(storage);
  const { version: _, ...kept } = money.payments[0] as Payment;
  const booking = run((tx) => readBooking(tx, by(GUEST), BOOKING)).value as Record<string, unknown>;
  const { status, cause, payment: amounts, paidBy } = booking;
  expect(checkPayments(money, new Map([[BOOKING, booking as unknown as Booking]]))).toEqual([]);
  return { kept, booking: { status, cause, amounts, paidBy }, balances: balances(money.entries) };
}

function* orders<T>(items: readonly T[]): Generator<readonly T[]> {
  if (items.length === 0) yield [];
  for (const [index, first] of items.entries()) {
    for (const rest of orders(items.toSpliced(index, 1))) yield [first, ...rest];
  }
}

const dispute = { reference: 'dp_1' };
const part = { reference: 're_1', amount: 10_000 };
const other = { reference: 're_2', amount: 5_000 };
const TOLD: readonly (readonly [name: string, Payment['provider'], readonly Said[]])[] = [
  ['a card that fails and then pays', 'stripe', [['failed'], ['authorized'], ['captured']]],
  ['two refunds', 'stripe', [['authorized'], ['captured'], ['refunded', part], ['refunded', other]]],
  [
    'a refund that comes back',
    'stripe',
    [['authorized'], ['captured'], ['refunded', part], ['refund_failed', part], ['refunded', other]],
  ],
  [
    'a dispute that is won',
    'stripe',
    [['failed'], ['authorized'], ['captured'], ['disputed', dispute], ['dispute_won', dispute]],
  ],
  [
    'a dispute that is lost',
    'stripe',
    [['authorized'], ['captured'], ['disputed', dispute], ['dispute_lost', dispute], ['failed']],
  ],
  ['a wallet that fails first', 'mpesa', [['failed'], ['captured'], ['captured'], ['refunded', part]]],
];

test.each(TOLD)('%s comes to the same in every order, and however often it is told', (_, provider, said) => {
  // An event keeps its own id wherever it stands.
  const named = said.map(([kind, more], index): Said => [kind, { eventId: `evt_${index}`, ...more }]);
  const expected = afterHearing(provider, named);
  let count = 0;
  for (const order of orders(named)) {
    count += 1;
    expect(afterHearing(provider, order)).toEqual(expected);
    const twice = [...order, ...order.toReversed()];
    if (count % 5 === 0) expect(afterHearing(provider, twice)).toEqual(expected);
  }
  expect(count).toBe([1, 1, 2, 6, 24, 120][named.length]);
});

test('the same events with another amount do not come to the same', () => {
  const paid = afterHearing('mpesa', [['captured']]);
  const short = afterHearing('mpesa', [['captured', { amount: 1 }]]);
  expect(short).not.toEqual(paid);
  expect(short.booking.status).toBe('pending');
  expect(short.kept.fate).toEqual({ kind: 'returned', why: 'amount_differs' });
});
