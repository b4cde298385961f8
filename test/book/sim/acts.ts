import { importBlocks } from '../../../src/book/calendar/import-blocks.ts';
import { checkAvailability, showCalendar } from '../../../src/book/calendar/look-at-calendar.ts';
import { putRates, putRules } from '../../../src/book/calendar/put-settings.ts';
import { quoteStay } from '../../../src/book/calendar/quote-stay.ts';
import { updateCalendar } from '../../../src/book/calendar/update-calendar.ts';
import { changeCoHost } from '../../../src/book/change-co-host.ts';
import { changeStatus } from '../../../src/book/change-status.ts';
import type { Call } from '../../../src/book/command.ts';
import { applyPaymentEvents } from '../../../src/book/money/apply-payment-events.ts';
import { attachPayment } from '../../../src/book/money/attach-payment.ts';
import type { Effect } from '../../../src/book/money/effect.ts';
import type { Payment } from '../../../src/book/money/payment.ts';
import type { Payout } from '../../../src/book/money/payout.ts';
import { retryPayout } from '../../../src/book/money/retry-payout.ts';
import { settleEffect } from '../../../src/book/money/settle-effect.ts';
import { settlePayout } from '../../../src/book/money/settle-payout.ts';
import { startPayment } from '../../../src/book/money/start-payment.ts';
import { DEFAULT_RULES, type Rules } from '../../../src/book/schemas.ts';
import { answerAlteration, requestAlteration } from '../../../src/book/stays/alterations.ts';
import { answerRequest } from '../../../src/book/stays/answer-request.ts';
import type { Booking } from '../../../src/book/stays/booking.ts';
import { cancelBooking, cancelBookingAsStaff, markNoShow } from '../../../src/book/stays/cancel-booking.ts';
import { createBooking } from '../../../src/book/stays/create-booking.ts';
import { listEvents } from '../../../src/book/stays/list-events.ts';
import { previewRefundOf, readBooking } from '../../../src/book/stays/read-booking.ts';
import { joinWaitlist, leaveWaitlist } from '../../../src/book/stays/waitlist.ts';
import { MINUTE } from '../../../src/kernel/clock.ts';
import { addNights, type Night, nightOfDay, type Stay } from '../../../src/kernel/stay.ts';
import type { Quote } from '../../../src/pricing/index.ts';
import type { SimBank } from './banks.ts';
import type { Desk, Outcome } from './desk.ts';
import type { SimProvider } from './provider.ts';
import type { Chance } from './random.ts';
import type { Watch } from './watch.ts';

/** What people do to one property, by chance alone: eight guests, a host, somebody who helps. */
export const PROPERTY = `prp_${'s'.repeat(26)}`;
export const HOST = 'usr_host';
const HELPER = 'usr_helper';
const GUESTS = Array.from({ length: 8 }, (_, index) => `usr_${index}`);
const FEES = { guestPercent: 14, hostPercent: 3 };
const QUOTE_LIFE_MS = 15 * MINUTE;
const NIGHTS_AHEAD = 40;
const ALONE = { adults: 1, children: 0, infants: 0, pets: 0 };

type Ground = {
  readonly chance: Chance;
  readonly desk: Desk;
  readonly watch: Watch;
  readonly provider: SimProvider;
  /** What has left the book for its providers, and may have been said before. */
  readonly effects: Effect[];
  readonly bank: SimBank;
  readonly payouts: Payout[];
  now(): number;
  fail(words: string): never;
};
/** How often, in a hundred or so. */
export type Act = readonly [weight: number, act: () => void, isOfMoney?: true];
type Ask = { readonly guest: string; readonly key: string; readonly quote: Quote };

export function actsOf({ chance, desk, watch, provider, effects, bank, payouts, now, fail }: Ground) {
  const { pick, below, of } = chance;
  const quotes: Quote[] = [];
  const asked: Ask[] = [];
  let [count, unanswered] = [0, null as Ask | null];

  const by = (accountId: string | null, actorKind: Call['actorKind'] = 'session'): Call => ({
    now: now(),
    requestId: 'sim',
    actorKind,
    accountId,
  });
  const today = (): Night => nightOfDay(Math.floor(now() / 86_400_000));
  const anyStay = (): Stay => {
    const checkIn = addNights(today(), below(NIGHTS_AHEAD));
    return { checkIn, checkOut: addNights(checkIn, 1 + below(of(0.1) ? 12 : 4)) };
  };
  const anyBooking = (wanted: (booking: Booking) => boolean): Booking | null => {
    const all = [...watch.bookings.values()];
    // The one that would do, and now and then one that would not.
    const some = of(0.9) ? all.filter(wanted) : all;
    return some.length === 0 ? null : (pick(...some) ?? null);
  };
  const withBooking = (wanted: (booking: Booking) => boolean, act: (booking: Booking) => void) => () => {
    const booking = anyBooking(wanted);
    if (booking) act(booking);
  };
  const isPending = ({ status }: Booking) => status === 'pending';
  const isConfirmed = ({ status }: Booking) => status === 'confirmed';
  const either = ({ guestId }: Booking) => pick(guestId, HOST, HELPER, pick(...GUESTS));

  const quote = () => {
    const stay = anyStay();
    const guests = { adults: 1 + below(3), children: below(2), infants: below(2), pets: 0 };
    const asks = { stay, guests, promotionCode: of(0.1) ? 'SPRING' : undefined, fees: FEES };
    const offer = desk.keeper().look((reader) => quoteStay(reader, by(pick(...GUESTS)), asks));
    if (!offer.ok) return;
    const { price, policy, ratesVersion, promotion } = offer.value;
    const issuedAt = now();
    const expiresAt = issuedAt + QUOTE_LIFE_MS;
    quotes.push({
      ...price,
      propertyId: PROPERTY,
      stay,
      guests,
      policy,
      ratesVersion,
      promotion,
      issuedAt,
      expiresAt,
    });
    if (quotes.length > 12) quotes.shift();
  };

  /** What nobody keeps can be booked, and what somebody keeps can't. */
  const judge = (guest: string, { stay }: Quote, kept: ReadonlyMap<Night, string>, outcome: Outcome) => {
    for (let night = stay.checkIn; night < stay.checkOut; night = addNights(night, 1)) {
      const who = kept.get(night);
      if (outcome.ok && who !== undefined && !who.startsWith('wtl_'))
        fail(`${guest} got the night ${night}, which is ${who}'s`);
    }
    if (outcome.refusal !== 'unavailable') return;
    const blamed = (outcome as { detail?: { code: string; date?: Night }[] }).detail ?? [];
    if (blamed.length === 0) fail(`${guest} was refused, and nobody says why`);
    const taken = desk.keeper().look((reader) => ({
      closed: reader.overrides(stay.checkIn, stay.checkOut),
      blocks: reader.imported(stay.checkIn, stay.checkOut),
      apart: reader.rules().value.preparationNights,
      waited: reader.waitingFor(stay).length > 0,
    }));
    // What has just run out is offered to who waits for it, in the command that is then refused.
    if ('refusal' in taken || taken.apart || taken.waited) return;
    for (const { code, date } of blamed) {
      if (code !== 'booked' || date === undefined) continue;
      const isTaken =
        kept.has(date) ||
        taken.closed.get(date)?.available === false ||
        taken.blocks.some(({ from, to }) => from <= date && date < to);
      if (!isTaken) fail(`${guest} was refused ${date}, which nobody has at ${now()}`);
    }
  };
  const ask = (one: Ask) => {
    const { guest, quote } = one;
    const id = `bkg_${String(++count).padStart(26, '0')}${PROPERTY.slice(4)}`;
    const scope = scopeOf(one);
    const kept = watch.nightsAt(now());
    const replay = { scope, fingerprint: JSON.stringify(quote.stay) + quote.issuedAt };
    const command = (tx: Parameters<typeof createBooking>[0]) =>
      createBooking(tx, by(guest), { id, quote, message: null });
    const outcome = desk.once(by(guest), replay, command, id);
    unanswered = outcome === null ? one : null;
    if (outcome && !outcome.replayed) judge(guest, quote, kept, outcome);
  };
  const create = () => {
    const isLive = ({ expiresAt }: Quote) => now() < expiresAt;
    if (unanswered && isLive(unanswered.quote) && of(0.9)) return ask(unanswered);
    const live = quotes.filter(isLive);
    if (asked.length > 0 && of(0.15)) {
      const before = asked[below(asked.length)] as Ask;
      if (of(0.3) && live.length > 0) return ask({ ...before, quote: pick(...live) });
      // The front door lets a quote that has run out through to its answer only.
      const isKnown = desk.keeper().look((reader) => reader.answer(scopeOf(before), now()) !== null);
      if (isLive(before.quote) || isKnown === true) return ask(before);
    }
    if (live.length === 0) return quote();
    const one = { guest: pick(...GUESTS, HOST), key: `k${below(25)}`, quote: pick(...live) };
    asked.push(one);
    if (asked.length > 30) asked.shift();
    ask(one);
  };

  const owes = (booking: Booking) =>
    isPending(booking) || (booking.status !== 'cancelled' && booking.payment.owed > 0);
  const pay = withBooking(owes, ({ id, guestId }) => {
    const call = by(of(0.97) ? guestId : HOST);
    const start = {
      bookingId: id,
      paymentId: `pay_${String(++count).padStart(26, '0')}${PROPERTY.slice(4)}`,
      provider: pick('stripe', 'mpesa'),
    } as const;
    const outcome = desk.act(call, (tx) =>
      startPayment(tx, call, { ...start, phone: null, tokenHash: null, takes: null }),
    );
    if (outcome?.ok) goOnPaying(outcome.value as Payment);
  });
  const goOnPaying = (payment: Payment) => {
    const reference = provider.open(payment);
    const system = by(null, 'system');
    if (of(0.95)) desk.act(system, (tx) => attachPayment(tx, system, { paymentId: payment.id, reference }));
    if (of(0.8)) provider.pay(payment.id, now());
    if (of(0.7)) hear(false);
  };
  const payLater = () => {
    const id = [...provider.accounts.keys()].at(-1 - below(5));
    if (id !== undefined) provider.pay(id, now());
  };
  const hear = (all: boolean) => {
    const events = provider.deliver(all);
    const system = by(null, 'system');
    if (events.length === 0) return;
    const outcome = desk.act(system, (tx) => applyPaymentEvents(tx, system, events));
    // Nobody has said that it arrived, so it comes again.
    if (outcome === null) provider.told.push(...events);
  };
  const perform = (all: boolean) => {
    const some = all ? effects.splice(0) : effects.splice(below(effects.length), 1);
    for (const effect of some) {
      const result = provider.perform(effect, now());
      const system = by(null, 'system');
      // The queue has died with what was in it.
      if (!all && of(0.05)) continue;
      const isLost = !all && of(0.1);
      const outcome = isLost
        ? null
        : desk.act(system, (tx) =>
            settleEffect(tx, system, { paymentId: effect.paymentId, key: effect.key, result }),
          );
      if (outcome === null) effects.push(effect);
    }
  };
  /** What leaves for the host, is said twice, told late, and begun anew. */
  const payHost = (all: boolean) => {
    const some = all ? payouts.splice(0) : payouts.splice(below(payouts.length), 1);
    const system = by(null, 'system');
    for (const payout of some) {
      const { bookingId, key, attempt } = payout;
      const settle = (result: ReturnType<SimBank['perform']>) =>
        desk.act(system, (tx) => settlePayout(tx, system, { bookingId, key, attempt, result }));
      const result = bank.perform(payout);
      const outcome = !all && of(0.1) ? null : settle(result);
      if (outcome === null) payouts.push(payout);
      if (result.kind === 'sent' && of(0.8)) settle({ kind: 'told', reference: String(result.reference) });
    }
    const stuck = readPayouts().filter(({ status }) => status === 'waiting' || status === 'failed');
    for (const { id } of stuck) if (all || of(0.2)) desk.act(system, (tx) => retryPayout(tx, system, id));
  };
  const readPayouts = (): Payout[] => {
    const read = desk
      .keeper()
      .look((reader) => [...watch.bookings.keys()].flatMap((id) => reader.payoutsOf(id)));
    return 'refusal' in read ? [] : read;
  };
  const answer = withBooking(isPending, (booking) => {
    const call = by(either(booking));
    const word = of(0.7) ? 'accepted' : 'declined';
    desk.act(call, (tx) => answerRequest(tx, call, { bookingId: booking.id, answer: word }));
  });
  const cancel = withBooking(
    (booking) => isPending(booking) || isConfirmed(booking),
    (booking) => {
      const call = by(either(booking));
      const replay = {
        scope: `${call.accountId} cancelBooking k${below(60)}`,
        fingerprint: booking.id,
      };
      const command = (tx: Parameters<typeof cancelBooking>[0]) =>
        cancelBooking(tx, call, { bookingId: booking.id, reason: null });
      const outcome = desk.once(call, replay, command);
      if (outcome === null || of(0.1)) desk.once(call, replay, command);
    },
  );
  const overrule = withBooking(
    (booking) => isPending(booking) || isConfirmed(booking),
    ({ id: bookingId }) => {
      const call = by(pick('usr_staff', 'usr_staff', HOST), 'staff');
      const how = { bookingId, reason: 'Sim', keepBlocked: of(0.5), waivePenalty: of(0.5) };
      desk.act(call, (tx) => cancelBookingAsStaff(tx, call, how));
    },
  );
  const leave = () => {
    const call = by(pick(...GUESTS));
    const own = desk.keeper().look((reader) => reader.waitingOf(String(call.accountId)));
    const [first] = 'refusal' in own ? [] : own;
    desk.act(call, (tx) => leaveWaitlist(tx, call, first?.id ?? 'wtl_none'));
  };
  const noShow = withBooking(isConfirmed, (booking) => {
    const call = by(either(booking));
    desk.act(call, (tx) => markNoShow(tx, call, { bookingId: booking.id, reason: null }));
  });
  const alter = withBooking(isConfirmed, (booking) => {
    const call = by(either(booking));
    const { checkIn, checkOut } = booking.stay;
    const moved = { checkIn: addNights(checkIn, below(5) - 2), checkOut: addNights(checkOut, below(6) - 2) };
    const stay = of(0.7) && moved.checkIn < moved.checkOut ? moved : anyStay();
    const request = {
      bookingId: booking.id,
      alterationId: `alt_${++count}`,
      stay,
      guests: ALONE,
      fees: FEES,
    };
    desk.act(call, (tx) => requestAlteration(tx, call, request));
  });
  const answerAltered = withBooking(
    ({ alteration }) => alteration !== null,
    (booking) => {
      const call = by(either(booking));
      const word = of(0.7) ? 'accepted' : 'declined';
      const said = {
        bookingId: booking.id,
        alterationId: booking.alteration?.id ?? 'alt_none',
        answer: word,
      } as const;
      desk.act(call, (tx) => answerAlteration(tx, call, said));
    },
  );
  const wait = () => {
    const call = by(pick(...GUESTS));
    const held = anyBooking(() => true);
    const stay =
      held && of(0.7) ? { ...held.stay, checkOut: addNights(held.stay.checkOut, below(2)) } : anyStay();
    desk.act(call, (tx) =>
      joinWaitlist(tx, call, { id: `wtl_${String(++count).padStart(4, '0')}`, stay, guests: ALONE }),
    );
  };
  const settings = () => {
    const call = by(pick(HOST, HELPER));
    pick<() => unknown>(
      () => desk.act(call, (tx) => putRates(tx, call, ratesOf(chance), '*')),
      () => {
        desk.act(call, (tx) => putRules(tx, call, rulesOf(chance), '*'));
        // Paid later than check-in a request would end before it began; its quote is from before the notice.
        quotes.length = 0;
        asked.length = 0;
        unanswered = null;
      },
      () => {
        const from = addNights(today(), below(NIGHTS_AHEAD));
        const changes = [
          {
            from,
            to: addNights(from, 1),
            available: pick(true, true, false, null),
            price: pick(null, 5_000 + below(5_000)),
          },
        ];
        desk.act(call, (tx) => updateCalendar(tx, call, changes));
      },
      () => {
        const from = addNights(today(), below(NIGHTS_AHEAD));
        const blocks = pick([], [], [{ uid: 'x', from, to: addNights(from, 2) }]);
        const system = by(null, 'system');
        desk.act(system, (tx) => importBlocks(tx, system, { feedId: 'fdb_1', blocks }));
      },
      () =>
        desk.act(call, (tx) =>
          changeCoHost(tx, by(HOST), { accountId: HELPER, access: pick('full', 'calendar', null) }),
        ),
      () => {
        desk.act(by(HOST), (tx) => changeStatus(tx, by(HOST), { to: 'unpublished' }));
        desk.act(by(HOST), (tx) => changeStatus(tx, by(HOST), { to: 'published', missing: [] }));
      },
    )();
  };
  const read = () => {
    const stay = anyStay();
    const range = { from: stay.checkIn, to: stay.checkOut };
    pick<() => unknown>(
      () => looked(stay),
      () => looked(stay),
      () => desk.keeper().look((reader) => showCalendar(reader, by(HOST), range)),
      () => desk.act(by(HOST), (tx) => listEvents(tx, by(HOST), { after: below(100), limit: 5 })),
      withBooking(
        () => true,
        ({ id, guestId }) => desk.act(by(guestId), (tx) => readBooking(tx, by(guestId), id)),
      ),
      withBooking(isConfirmed, ({ id }) => {
        const outcome = desk.act(by(HOST), (tx) =>
          previewRefundOf(tx, by(HOST), { bookingId: id, at: null }),
        );
        const refund = outcome?.ok ? (outcome.value as { refund: number }).refund : 0;
        const { captured = 0, refunded = 0 } = watch.bookings.get(id)?.payment ?? {};
        if (refund > captured - refunded) fail(`${id} would give back ${refund} of ${captured - refunded}`);
      }),
    )();
  };
  /** The calendar, without any command before it, says of each night what is so. */
  const looked = (stay: Stay) => {
    const answer = desk
      .keeper()
      .look((reader) => checkAvailability(reader, by(HOST), { stay, guests: ALONE }));
    if (!answer.ok) return;
    const kept = watch.nightsAt(now());
    const said = new Set(
      answer.value.flatMap(({ code, date }) => (code === 'booked' || code === 'held' ? [date] : [])),
    );
    for (let night = stay.checkIn; night < stay.checkOut; night = addNights(night, 1))
      if (said.has(night) !== kept.has(night))
        fail(`the calendar says of ${night} what is not so at ${now()}`);
  };

  const acts: Act[] = [
    [10, quote, true],
    [30, create, true],
    [14, pay, true],
    [3, payLater, true],
    [8, () => hear(false), true],
    [8, () => perform(false), true],
    [4, () => payHost(false)],
    [5, answer, true],
    [6, cancel, true],
    [1, noShow],
    [1, overrule],
    [1, leave],
    [6, alter],
    [5, answerAltered],
    [6, wait],
    [5, settings],
    [12, read],
  ];
  /** Nothing is left to be told or done. */
  const comeToRest = () => {
    while (provider.told.length + effects.length + payouts.length > 0) {
      hear(true);
      perform(true);
      payHost(true);
    }
  };
  return { acts, comeToRest };
}

const scopeOf = ({ guest, key }: Ask): string => `${guest} createBooking ${key}`;

const ratesOf = ({ below, of }: Chance) => ({
  currency: 'KES' as const,
  nightly: 10_000 + below(90_000),
  ...(of(0.3) ? { cleaningFee: below(20_000) } : {}),
  promotions: [{ code: 'SPRING', percentOff: 10, maxUses: 3 }],
});

const rulesOf = ({ pick, of, below }: Chance): Rules => ({
  ...DEFAULT_RULES,
  ...pick(
    { bookingMode: 'instant' as const, noticeDays: 0 },
    { bookingMode: 'instant' as const, noticeDays: 1 },
    { bookingMode: 'request' as const, noticeDays: 1 },
  ),
  cancellationPolicy: pick<Rules['cancellationPolicy']>('flexible', 'moderate', 'strict', 'non_refundable'),
  ...(of(0.2) ? { preparationNights: { before: below(2), after: below(2) } } : {}),
});
