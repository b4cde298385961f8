import { putRates, putRules } from '../../../src/book/calendar/put-settings.ts';
import { changeStatus } from '../../../src/book/change-status.ts';
import type { Call } from '../../../src/book/command.ts';
import { unchanged } from '../../../src/book/commit.ts';
import { compare } from '../../../src/book/compare.ts';
import type { Effect } from '../../../src/book/money/effect.ts';
import type { Payout } from '../../../src/book/money/payout.ts';
import type { Sink } from '../../../src/book/outbox/drain.ts';
import { equalsSnapshot, type Snapshot, takeSnapshot } from '../../../src/book/outbox/snapshot.ts';
import { DEFAULT_RULES } from '../../../src/book/schemas.ts';
import type { Booking } from '../../../src/book/stays/booking.ts';
import { NOTHING_TALLIED } from '../../../src/book/store/tallies.ts';
import { tellFacts } from '../../../src/book/tell-facts.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../../src/kernel/clock.ts';
import { sendEffects } from '../../../src/payments/sink.ts';
import { actsOf, HOST, PROPERTY } from './acts.ts';
import { openBank } from './banks.ts';
import { checkEnds, checkPayments, checkPayouts, readMoney } from './check-payments.ts';
import { bookingsIn, listingIn, openCopies, seenIn } from './copies.ts';
import { type D1Fault, openD1 } from './d1.ts';
import { openDesk } from './desk.ts';
import { openProvider } from './provider.ts';
import { chanceFrom } from './random.ts';
import { lendBookStorage, type SimStorage } from './storage.ts';
import { watch } from './watch.ts';

/** One property and its people, with nothing but a seed to decide what they do and what goes wrong. */
export type Lives = {
  /** With D1 behind the book, which fails. */
  readonly d1?: boolean;
  /** Nothing wakes the book, and whoever comes has to find it as if something had. */
  readonly alarms?: 'late' | 'never';
  /** How often a call comes to grief on its way. */
  readonly faults?: number;
  /** The book or D1 is set back to what it was; and what of D1 the sweep then brings back. */
  readonly restores?: true;
  /** Little but payments, and most of what happens is within five seconds of the end of a hold. */
  readonly late?: true;
};
export type Seen = { ops: number; changes: number; faults: number; crashes: number; bookings: number };

const START = Date.UTC(2027, 0, 15, 12);
const OUTAGE_MS = 10 * MINUTE;
const CHECK_ALL_EVERY = 100;
const MAX_WAKES = 600;
const FACTS = {
  propertyId: PROPERTY,
  hostId: HOST,
  timeZone: 'Africa/Nairobi',
  capacity: 4,
  petsAllowed: false,
  contentVersion: 1,
};

export async function liveLives(seed: number, ops: number, lives: Lives = {}): Promise<Seen> {
  const chance = chanceFrom(seed);
  const storage = lendBookStorage();
  let [now, outageUntil, calm, dead, d1Faults, done] = [START, 0, false, false, 0, 0];

  const faultOf = (): D1Fault => {
    if (calm) return 'none';
    if (now < outageUntil) return 'down';
    if (chance.of(0.01)) outageUntil = now + OUTAGE_MS;
    const fault = chance.of(0.8) ? 'none' : chance.pick<D1Fault>('down', 'lost', 'twice');
    if (fault !== 'none') d1Faults += 1;
    return fault;
  };
  const d1 = lives.d1 ? openD1(faultOf) : null;
  const provider = openProvider(chance);
  const effects: Effect[] = [];
  const bank = openBank(chance);
  const payouts: Payout[] = [];
  const queue = {
    sendBatch: async (messages: Iterable<{ body: unknown }>) => {
      for (const { body } of messages) {
        const { effect, pay_host: payout } = body as { effect?: Effect; pay_host?: Payout };
        if (effect) effects.push(effect);
        if (payout) payouts.push(payout);
      }
    },
  } as unknown as Queue;
  const copies = sendEffects(d1 ? openCopies(d1) : { send: async () => 'done' }, queue);
  /** Never settles; whoever waits for it is gone. */
  const never = <T>(): Promise<T> => {
    dead = true;
    return new Promise<T>(() => {});
  };
  const sink: Sink = {
    async send(rows) {
      if (!calm && chance.of(0.05)) return never<'later'>();
      const outcome = await copies.send(rows);
      return !calm && chance.of(0.05) ? never<'later'>() : outcome;
    },
  };
  const wakeIn = (waitMs: number | null) => {
    storage.alarmAt = waitMs === null ? null : now + waitMs;
  };
  const desk = openDesk(
    { storage, random: chance.random, sink, wakeIn, gather: async () => {} },
    chance,
    lives.faults ?? 0.06,
  );
  const watched = watch(storage);
  const fail = (words: string): never => {
    throw new Error(`after ${done} operations: ${words}`);
  };
  const refuseWrong = (wrong: readonly string[]) => {
    if (wrong.length > 0) fail(wrong.slice(0, 5).join('; '));
  };
  const host = (): Call => ({ now, requestId: 'sim', actorKind: 'session', accountId: HOST });
  const clock = (): Call => ({ ...host(), actorKind: 'system', accountId: null });

  const drain = async () => {
    dead = false;
    const drained = desk.keeper().drain(() => now);
    let isOver = false;
    void drained.then(() => {
      isOver = true;
    });
    while (!isOver && !dead) await Promise.resolve();
    if (dead) desk.revive();
    dead = false;
  };
  /** As the Durable Object's own alarm; the runtime takes the alarm away before it calls. */
  const wake = async () => {
    storage.alarmAt = null;
    desk.keeper().alarmRang();
    const outcome = desk.act({ ...clock(), requestId: 'alarm' }, (tx) => unchanged(tx, null));
    // Whoever dies in it is woken again.
    if (outcome === null) storage.alarmAt = now;
    else await drain();
  };
  const check = () => {
    refuseWrong(watched.look(desk.settledAt()));
    const due = storage.sql.exec('SELECT min(at) AS at FROM due').one() as { at: number | null };
    const waits = desk.keeper().look((reader) => reader.nextMoments().attemptAt);
    const alarmAt = storage.alarmAt;
    if (due.at !== null && (alarmAt === null || alarmAt > Math.max(due.at, now)))
      fail(`something is due at ${due.at}, and the book is woken at ${alarmAt}`);
    if (waits !== null && alarmAt === null)
      fail('something waits to be sent, and nothing will wake the book');
  };
  const checkAll = () => {
    refuseWrong(watched.lookAtAll(desk.log, desk.settledAt()));
    refuseWrong(watched.lookAtDues());
    refuseWrong(checkPayments(readMoney(storage), watched.bookings));
  };
  /** Most of what is decided by time is decided at the very moment. */
  const pass = () => {
    const due = storage.sql.exec('SELECT min(at) AS at FROM due WHERE at > ?', now).one() as {
      at: number | null;
    };
    const jump = chance.random();
    if (lives.late && due.at !== null && jump < 0.4) {
      now = Math.max(now, due.at + chance.below(11) * SECOND - 5 * SECOND);
      return;
    }
    if (due.at !== null && jump < 0.05 && due.at - now < 5 * DAY)
      now = Math.max(now, due.at + chance.below(3) - 1);
    else if (jump < 0.8) now += chance.below(20 * SECOND);
    else if (jump < 0.97) now += chance.below(8 * MINUTE);
    else if (jump < 0.995) now += chance.below(10 * HOUR);
    else now += chance.below(5 * DAY);
  };

  const { acts, comeToRest } = actsOf({
    ...{ chance, desk, watch: watched, provider, effects, bank, payouts, fail },
    now: () => now,
  });
  const wanted = lives.late ? acts.filter(([, , isOfMoney]) => isOfMoney) : acts;
  const deck = wanted.flatMap(([weight, act]) => Array.from({ length: weight }, () => act));
  const bookingMode = lives.late && chance.of(0.3) ? 'request' : 'instant';
  const begin = () => {
    const keeper = desk.keeper();
    keeper.run(now, (tx) => tellFacts(tx, clock(), FACTS));
    keeper.run(now, (tx) => putRates(tx, host(), { currency: 'KES', nightly: 100 }, '*'));
    keeper.run(now, (tx) => putRules(tx, host(), { ...DEFAULT_RULES, bookingMode }, '*'));
    keeper.run(now, (tx) => changeStatus(tx, host(), { to: 'published', missing: [] }));
  };
  const restores = d1 && lives.restores ? restorer(ops, chance, storage, d1) : null;

  begin();
  for (; done < ops; done++) {
    pass();
    if (lives.alarms !== 'never' && storage.alarmAt !== null && storage.alarmAt <= now && chance.of(0.5)) {
      await wake();
      if (chance.of(0.1)) await wake();
      check();
    }
    const act = deck[chance.below(deck.length)];
    act?.();
    if (chance.of(d1 ? 0.3 : 0.03)) await drain();
    if (d1 && chance.of(0.1)) d1.repeat(chance.random);
    const set = restores?.(done);
    if (set === 'book') {
      desk.forget();
      watched.startAgain();
    }
    check();
    if (done % CHECK_ALL_EVERY === CHECK_ALL_EVERY - 1) checkAll();
    if (desk.log.told.length > 400) desk.log.told.splice(0, 100);
  }

  calm = true;
  desk.setCalm();
  bank.setCalm();
  checkAll();
  if (d1) d1.repeat(chance.random);
  // What the first finds behind, the next can look into.
  for (let round = 0; restores && round < 3; round++) await sweep();
  comeToRest();
  for (let wakes = 0; storage.alarmAt !== null; wakes++) {
    if (wakes > MAX_WAKES) fail('the book does not come to rest');
    now = Math.max(now, storage.alarmAt);
    await wake();
    comeToRest();
    check();
  }
  if (!lives.restores) refuseWrong(checkEnds(readMoney(storage), watched.bookings, provider));
  if (!lives.restores) refuseWrong(checkPayouts(readMoney(storage), watched.bookings, bank));
  checkAll();
  const open = [...watched.bookings.values()].filter(
    ({ status }) => status === 'pending' || status === 'confirmed',
  );
  if (open.length > 0) fail(`${open.length} bookings never end`);
  if (d1) checkCopies();
  storage.giveBack();
  d1?.giveBack();
  return {
    ops,
    changes: desk.seen.changes,
    faults: desk.seen.faults + d1Faults,
    crashes: desk.seen.crashes,
    bookings: watched.bookings.size,
  };

  function own(): Snapshot {
    return desk.keeper().look((reader) => takeSnapshot(reader)) as Snapshot;
  }
  async function sweep() {
    desk.act(clock(), (tx) => compare(tx, clock(), d1 ? seenIn(d1, PROPERTY) : NOTHING));
    await drain();
    check();
  }
  function checkCopies() {
    if (!d1) return;
    const there = listingIn(d1, PROPERTY);
    if (!there || !equalsSnapshot(there, own()))
      fail(`at rest they differ: ${JSON.stringify([there, own()])}`);
    const compared = desk.act(clock(), (tx) => compare(tx, clock(), seenIn(d1, PROPERTY)));
    if (compared?.value !== 'equal')
      fail(
        `the sweep finds a difference: ${JSON.stringify([compared?.value, seenIn(d1, PROPERTY).tallies, desk.keeper().look((r) => r.tallies())])}`,
      );
    const copied = bookingsIn(d1);
    for (const [id, booking] of watched.bookings) {
      const copy: Booking | undefined = copied.get(id);
      if (JSON.stringify(copy) !== JSON.stringify(booking))
        fail(
          `D1 has of ${id} the version ${copy?.version}, ${copy?.status}, and not ${booking.version}, ${booking.status}`,
        );
    }
    for (const id of copied.keys())
      if (!watched.bookings.has(id)) fail(`D1 has ${id}, and the book does not`);
  }
}

const NOTHING = { snapshot: null, tallies: NOTHING_TALLIED };

/** Keeps what was at one moment, and at a later one puts it back. */
function restorer(
  ops: number,
  chance: ReturnType<typeof chanceFrom>,
  storage: SimStorage,
  d1: ReturnType<typeof openD1>,
) {
  const from = chance.below(ops / 2);
  const to = from + 1 + chance.below(ops / 2 - 1);
  const what = chance.pick('book', 'd1');
  let back: () => void = () => {};
  return (op: number): 'book' | 'd1' | null => {
    if (op === from) {
      const [book, copy] = [storage.save(), d1.save()];
      back = () => (what === 'book' ? storage.restore(book) : d1.restore(copy));
    }
    if (op !== to) return null;
    back();
    return what;
  };
}
