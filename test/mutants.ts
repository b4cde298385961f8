/**
 * Bugs that could be: each as a change of one place in the code, with the tests that have to see it.
 * `npm run mutants` plants them one at a time in a copy, and expects red.
 */
export type Mutant = {
  readonly name: string;
  readonly file: string;
  readonly find: string;
  readonly put: string;
  /** `project path`. */
  readonly seenBy: string;
};

const SIMULATION = 'unit test/book/stays/simulation.unit.test.ts';
const PAYOUTS = 'unit test/payments/payouts/draw.unit.test.ts';
const LATE = 'unit test/book/money/late.unit.test.ts';
const OUTBOX = 'unit test/book/outbox.unit.test.ts';
const BOOKINGS = 'worker test/book/stays/bookings.worker.test.ts';

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'writes outside the transaction',
    file: 'src/book/keeper.ts',
    find: 'return this.#ground.storage.transactionSync(() => {',
    put: 'return (<R>(work: () => R) => work())(() => {',
    seenBy: OUTBOX,
  },
  {
    name: 'the version guard is missing',
    file: 'src/properties/sink.ts',
    find: 'setWhere: sql`(',
    put: 'setWhere: sql`TRUE OR (',
    seenBy: OUTBOX,
  },
  {
    name: 'a hold lives a moment longer than it should',
    file: 'src/book/calendar/taken.ts',
    find: 'nowMs < expiresAt',
    put: 'nowMs <= expiresAt',
    seenBy: 'unit test/book/calendar/availability.unit.test.ts',
  },
  {
    name: 'what is due is done a moment late',
    file: 'src/book/store/reader.ts',
    find: 'FROM due WHERE at <= ?',
    put: 'FROM due WHERE at < ?',
    seenBy: BOOKINGS,
  },
  {
    name: 'the alarm handler throws',
    file: 'src/book/keeper.ts',
    find: '} catch {\n      this.#ground.wakeIn(HEAD_START_MS);',
    put: '} catch (error) {\n      throw error;',
    seenBy: 'unit test/book/keeper.unit.test.ts',
  },
  {
    name: 'the alarm is not set again',
    file: 'src/book/keeper.ts',
    find: 'this.#wakeIn(waits.length === 0 ? null : Math.min(...waits), nowMs, headStartMs);',
    put: 'if (waits.length === 0) this.#wakeIn(null, nowMs, headStartMs);',
    seenBy: OUTBOX,
  },
  {
    name: 'an outbox row is removed before it is sent',
    file: 'src/book/outbox/drain.ts',
    find: 'const outcome = await sink.send(rows);\n    if',
    put: 'outbox.settle(rows);\n    const outcome = await sink.send(rows);\n    if',
    seenBy: OUTBOX,
  },
  {
    name: 'the answer is not stored with the effect',
    file: 'src/book/keeper.ts',
    find: 'if (fresh.ok) tx.remember(scope, fingerprint, JSON.stringify(fresh), nowMs);',
    put: '',
    seenBy: BOOKINGS,
  },
  {
    name: 'idempotency is blind to the body',
    file: 'src/book/keeper.ts',
    find: 'known.fingerprint !== fingerprint',
    put: 'known.fingerprint === null',
    seenBy: BOOKINGS,
  },
  {
    name: 'holds end by the alarm alone',
    file: 'src/book/keeper.ts',
    find: '.firstDue(nowMs) === null) return;',
    put: '.firstDue(nowMs) === null || nowMs > 0) return;',
    seenBy: BOOKINGS,
  },
  {
    name: 'the day of leaving is a night',
    file: 'src/book/calendar/taken.ts',
    find: 'take(stay.kind, { first, end }, stay.bookingId);',
    put: 'take(stay.kind, { first, end: end + 1 }, stay.bookingId);',
    seenBy: 'unit test/book/calendar/availability.unit.test.ts',
  },
  {
    name: 'nobody looks whether the nights are taken, and the table does not either',
    file: 'src/book/store/schema.ts',
    find: 'LIMIT 1) > NEW.check_in',
    put: 'LIMIT 1) > NEW.check_out',
    seenBy: BOOKINGS,
  },
  {
    name: 'a cancelled booking keeps its nights',
    file: 'src/book/stays/booking.ts',
    find: "status !== 'cancelled'",
    put: "status !== 'completed'",
    seenBy: SIMULATION,
  },
  {
    name: 'the next moment of a booking is not written down',
    file: 'src/book/stays/change-booking.ts',
    find: "tx.setDue('booking', kept.id, nextAhead(kept)?.at ?? null);",
    put: '',
    seenBy: BOOKINGS,
  },
  {
    name: 'a refusal leaves what it had begun',
    file: 'src/book/keeper.ts',
    find: 'if (!outcome.ok) throw new Undo(outcome);',
    put: '',
    seenBy: 'unit test/book/keeper.unit.test.ts',
  },
  {
    name: 'what was never paid comes back',
    file: 'src/book/stays/refund.ts',
    find: 'if (payment.owed === 0)',
    put: 'if (payment.owed >= 0)',
    seenBy: 'unit test/book/stays/refund.unit.test.ts',
  },
  {
    name: 'an offer stands in the way of whoever has it',
    file: 'src/book/calendar/load-state.ts',
    find: '!isOwnOffer(stay)',
    put: '!isOwnOffer(stay) || stay.expiresAt !== null',
    seenBy: 'worker test/book/stays/waitlist.worker.test.ts',
  },
  {
    name: 'what is left over when money is split gets lost',
    file: 'src/kernel/money.ts',
    find: 'for (const share of byRemainder.slice(0, left)) share.part += 1;',
    put: '',
    seenBy: 'unit test/kernel/money.unit.test.ts',
  },
  {
    name: 'what a provider told is done again when it is told again',
    file: 'src/book/money/apply-payment-events.ts',
    find: 'if (tx.knowsEvent(source, eventId))',
    put: "if (tx.knowsEvent(source, eventId + ' '))",
    seenBy: 'unit test/book/money/any-order.unit.test.ts',
  },
  {
    name: 'money is taken before the host has said yes',
    file: 'src/book/money/move-money.ts',
    find: 'if (taken > 0)',
    put: 'if (taken > 0 || has.authorized > 0)',
    seenBy: LATE,
  },
  {
    name: 'who pays too late gets nights that are another’s',
    file: 'src/book/money/decide-payment.ts',
    find: "if (nights === 'taken') return giveBack('nights_taken');",
    put: '',
    seenBy: 'unit test/book/money/decide-payment.unit.test.ts',
  },
  {
    name: 'money that comes in on its way back stays',
    file: 'src/book/money/apply-payment-events.ts',
    find: "if (kept.fate.kind === 'returned') finishReturn(",
    put: "if (kept.fate.kind === 'waiting') finishReturn(",
    seenBy: LATE,
  },
  {
    name: 'a refund overtakes its capture',
    file: 'src/book/money/request-effect.ts',
    find: 'tx.effectsOf(paymentId).find(isOpen);',
    put: "tx.effectsOf(paymentId).find(({ state }) => state === 'waiting');",
    seenBy: LATE,
  },
  {
    name: 'an attempt at a payout that may be on its way is drawn beside another',
    file: 'src/payments/payouts/draw.ts',
    find: 'if (before?.undone === 0) return shown(sql, before, to);',
    put: '',
    seenBy: PAYOUTS,
  },
  {
    name: 'who asks late for a payout that was given up is paid once more',
    file: 'src/payments/payouts/draw.ts',
    find: 'if (instead !== null && before === null) close(sql, instead, currency);',
    put: '',
    seenBy: PAYOUTS,
  },
  {
    name: 'a host is paid before the guest has paid',
    file: 'src/book/money/host-due.ts',
    find: 'const available = earned - Math.max(0, guest);',
    put: 'const available = earned;',
    seenBy: 'unit test/book/money/host-due.unit.test.ts',
  },
  {
    name: 'a signature from the future is good',
    file: 'src/payments/stripe/read-event.ts',
    find: 'Math.abs(ageSeconds)',
    put: 'ageSeconds',
    seenBy: 'unit test/payments/stripe/read-event.unit.test.ts',
  },
  {
    name: 'a private field gets into the public cache',
    file: 'src/properties/get-property.ts',
    find: 'publicText(PublicProperty, toPublicProperty(row, ctx))',
    put: 'publicText(PublicProperty, { ...toPublicProperty(row, ctx), accessInstructions: row.accessInstructions } as never)',
    seenBy: 'worker test/properties/reads.worker.test.ts',
  },
];
