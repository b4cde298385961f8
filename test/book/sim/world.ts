import { importBlocks } from '../../../src/book/calendar/import-blocks.ts';
import { putRates, putRules } from '../../../src/book/calendar/put-settings.ts';
import { updateCalendar } from '../../../src/book/calendar/update-calendar.ts';
import { changeCoHost } from '../../../src/book/change-co-host.ts';
import { changeStatus } from '../../../src/book/change-status.ts';
import type { Call } from '../../../src/book/command.ts';
import { compare } from '../../../src/book/compare.ts';
import { Keeper } from '../../../src/book/keeper.ts';
import { equalsSnapshot, type Snapshot, takeSnapshot } from '../../../src/book/outbox/snapshot.ts';
import { DEFAULT_RULES } from '../../../src/book/schemas.ts';
import { NOTHING_TALLIED } from '../../../src/book/store/tallies.ts';
import type { Transactor } from '../../../src/book/store/transactor.ts';
import { tellFacts } from '../../../src/book/tell-facts.ts';
import { MINUTE, SECOND } from '../../../src/kernel/clock.ts';
import { addNights, type Night } from '../../../src/kernel/stay.ts';
import { createSink } from '../../../src/platform/book-sink.ts';
import { propertyCopies } from '../../../src/properties/sink.ts';
import { listingIn } from './copies.ts';
import { type D1Fault, openD1 } from './d1.ts';
import { randomFrom } from './random.ts';
import { openStorage } from './storage.ts';

/** One book, its outbox and drain, and D1, with nothing but a seed to decide what goes wrong when. */
const ID = 'prp_sim';
const HOST = 'usr_host';
const START = Date.UTC(2027, 0, 15, 12);
const OUTAGE_MS = 10 * MINUTE;

export type Seen = { ops: number; changes: number; faults: number; crashes: number };

class Crash extends Error {}

export async function liveThrough(seed: number, ops: number): Promise<Seen> {
  const random = randomFrom(seed);
  const pick = <T>(...choices: readonly T[]): T => choices[Math.floor(random() * choices.length)] as T;
  const chance = (share: number) => random() < share;
  const seen: Seen = { ops: 0, changes: 0, faults: 0, crashes: 0 };
  const storage = openStorage();
  let [now, outageUntil, calm, version, notes] = [START, 0, false, 0, 0];

  const faultOf = (): D1Fault => {
    if (calm) return 'none';
    if (now < outageUntil) return 'down';
    if (chance(0.02)) outageUntil = now + OUTAGE_MS;
    const fault = chance(0.6) ? 'none' : pick<D1Fault>('down', 'lost', 'twice');
    if (fault !== 'none') seen.faults += 1;
    return fault;
  };
  const d1 = openD1(faultOf);
  const sink = createSink(d1.binding, propertyCopies);
  /** A process that dies leaves what is in storage, and whatever D1 was already asked. */
  const ground = {
    storage,
    random,
    sink: {
      async send(rows: Parameters<typeof sink.send>[0]) {
        if (!calm && chance(0.1)) return never<'later'>();
        const outcome = await sink.send(rows);
        return !calm && chance(0.1) ? never<'later'>() : outcome;
      },
    },
    wakeIn(waitMs: number | null) {
      storage.alarmAt = waitMs === null ? null : now + waitMs;
    },
    gather: async () => {},
  };
  /** Never settles; whoever waits for it is gone. */
  const never = <T>(): Promise<T> => {
    seen.crashes += 1;
    dead = true;
    return new Promise<T>(() => {});
  };
  let dead = false;
  let keeper = new Keeper(ground).open();
  const call = (): Call => ({ now, requestId: 'sim', actorKind: 'session', accountId: HOST });
  const drain = async () => {
    const drained = keeper.drain(() => now);
    for (let turn = 0; turn < 200 && !dead; turn++) {
      if (await Promise.race([drained.then(() => true), Promise.resolve().then(() => false)])) return;
    }
    // In the middle of it the process died.
    dead = false;
    keeper = new Keeper(ground).open();
  };
  const command = (work: (tx: Transactor) => { ok: boolean; changed?: boolean }) => {
    const before = keeper.look((reader) => reader.head().version);
    const crashesInside = chance(0.05);
    try {
      const outcome = keeper.run(now, (tx) => {
        const result = work(tx);
        if (crashesInside) throw new Crash();
        return result;
      });
      const after = keeper.look((reader) => reader.head().version);
      const grown = outcome.ok && 'changed' in outcome && outcome.changed ? 1 : 0;
      if (Number(after) !== Number(before) + grown)
        throw new Error(`a command took ${Number(after) - Number(before)} versions`);
      seen.changes += grown;
      return grown === 1;
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
      keeper = new Keeper(ground);
      if (keeper.look((reader) => reader.head().version) !== before)
        throw new Error('a crash left half a command');
      return false;
    }
  };
  const audited = (work: Parameters<typeof command>[0]) => {
    if (command(work)) notes += 1;
  };
  const night = (): Night => addNights('2027-02-01' as Night, Math.floor(random() * 60));
  const acts: readonly (() => void)[] = [
    () => command((tx) => tellFacts(tx, call(), facts(++version, 1 + Math.floor(random() * 9)))),
    () => command((tx) => tellFacts(tx, call(), facts(Math.max(0, version - 1), 3))),
    () =>
      audited((tx) =>
        putRates(tx, call(), { currency: pick('KES', 'JPY'), nightly: 1 + Math.floor(random() * 9) }, '*'),
      ),
    () =>
      audited((tx) =>
        putRules(
          tx,
          call(),
          { ...DEFAULT_RULES, bookingMode: pick('instant', 'request') },
          pick<'*' | string[]>('*', ['0']),
        ),
      ),
    () =>
      audited((tx) =>
        changeStatus(tx, call(), pick({ to: 'published', missing: [] }, { to: 'unpublished' })),
      ),
    () =>
      audited((tx) =>
        changeCoHost(tx, call(), {
          accountId: pick('usr_a', 'usr_b'),
          access: pick('full', 'calendar', null),
        }),
      ),
    () => {
      const from = night();
      audited((tx) =>
        updateCalendar(tx, call(), [{ from, to: addNights(from, 3), available: pick(true, false, null) }]),
      );
    },
    () => {
      const from = night();
      const blocks = pick([], [{ uid: 'x', from, to: addNights(from, 2) }]);
      audited((tx) => importBlocks(tx, { ...call(), actorKind: 'system' }, { feedId: 'fdb_1', blocks }));
    },
  ];
  const stored = () => listingIn(d1, ID);
  const own = () => keeper.look((reader) => takeSnapshot(reader)) as Snapshot;
  const check = () => {
    const there = stored();
    if (there && there.epoch * 1e9 + there.version > own().epoch * 1e9 + own().version)
      throw new Error('D1 is ahead of the book');
    if (there && there.version === own().version && !equalsSnapshot(there, own()))
      throw new Error('one version, two contents');
    const waiting = keeper.look((reader) => reader.nextMoments().attemptAt);
    if (waiting !== null && storage.alarmAt === null)
      throw new Error('something waits and nothing will wake the book');
  };

  command((tx) => tellFacts(tx, call(), facts(++version, 4)));
  if (keeper.look((reader) => reader.facts()) === null)
    keeper.run(now, (tx) => tellFacts(tx, call(), facts(version, 4)));
  for (; seen.ops < ops; seen.ops++) {
    now += Math.floor(random() * 20 * SECOND);
    pick(...acts)();
    if (chance(0.6)) await drain();
    // Alarms come late, or twice.
    if (storage.alarmAt !== null && storage.alarmAt <= now && chance(0.5)) await drain();
    if (chance(0.1)) d1.repeat(random);
    check();
  }

  calm = true;
  for (let wakes = 0; storage.alarmAt !== null; wakes++) {
    if (wakes > 100) throw new Error('the book does not come to rest');
    now = Math.max(now, storage.alarmAt);
    storage.alarmAt = null;
    keeper.alarmRang();
    await drain();
  }
  d1.repeat(random);
  const there = stored();
  if (!there || !equalsSnapshot(there, own()))
    throw new Error(`at rest they differ: ${JSON.stringify([there, own()])}`);
  const trail = d1.all('SELECT count(*) AS n FROM audit');
  if (trail[0]?.n !== notes)
    throw new Error(`${notes} changes and ${String(trail[0]?.n)} lines in the trail`);
  const compared = keeper.run(now, (tx) =>
    compare(tx, call(), { snapshot: there, tallies: NOTHING_TALLIED }),
  );
  if (!('value' in compared) || compared.value !== 'equal') throw new Error('the sweep finds a difference');
  d1.giveBack();
  return seen;
}

const facts = (contentVersion: number, capacity: number) => ({
  propertyId: ID,
  hostId: HOST,
  timeZone: 'Africa/Nairobi',
  capacity,
  petsAllowed: false,
  contentVersion,
});
