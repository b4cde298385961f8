import { DurableObject } from 'cloudflare:workers';
import type { Clock } from '../kernel/clock.ts';
import type { Night, Stay } from '../kernel/stay.ts';
import type { Guests, Rates } from '../pricing/index.ts';
import { importBlocks } from './calendar/import-blocks.ts';
import { listTaken } from './calendar/list-taken.ts';
import { checkAvailability, showCalendar } from './calendar/look-at-calendar.ts';
import { putRates, putRules, type Seen } from './calendar/put-settings.ts';
import { quoteStay, type StayRequest } from './calendar/quote-stay.ts';
import { readRates, readRules } from './calendar/read-settings.ts';
import { updateCalendar } from './calendar/update-calendar.ts';
import { changeCoHost } from './change-co-host.ts';
import { changeStatus, type StatusChange } from './change-status.ts';
import type { Call } from './command.ts';
import { compare } from './compare.ts';
import type { CoHostAccess, ImportedBlock, ToldFacts } from './facts.ts';
import { Keeper } from './keeper.ts';
import type { Sink } from './outbox/drain.ts';
import type { Snapshot } from './outbox/snapshot.ts';
import type { CalendarChange, Rules } from './schemas.ts';
import type { Transactor } from './store/transactor.ts';
import { tellFacts } from './tell-facts.ts';

/**
 * The book of one property: the only writer of what can be sold there and to whom it is sold.
 * Always true here: a command is one synchronous transaction; `version` grows by one with each that changes
 * something; what leaves the book leaves through its outbox. Refusals are values. Nobody is believed here but
 * the Worker, which says who calls.
 */
export abstract class Book extends DurableObject<Cloudflare.Env> {
  readonly #keeper: Keeper;

  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    const { storage } = state;
    this.#keeper = new Keeper({
      storage,
      sink: this.openSink(),
      random: Math.random,
      // Not awaited: it is part of the transaction that it is called in.
      wakeIn: (waitMs) =>
        void (waitMs === null ? storage.deleteAlarm() : storage.setAlarm(Date.now() + waitMs)),
    });
  }

  protected abstract openSink(): Sink;
  protected abstract openClock(): Promise<Clock>;

  tellFacts(call: Call, told: ToldFacts) {
    this.#keeper.open();
    return this.#runAndTell(call, (tx) => tellFacts(tx, call, told));
  }

  changeStatus(call: Call, change: StatusChange) {
    return this.#runAndTell(call, (tx) => changeStatus(tx, call, change));
  }

  changeCoHost(call: Call, change: { accountId: string; access: CoHostAccess | null }) {
    return this.#runAndTell(call, (tx) => changeCoHost(tx, call, change));
  }

  readRates(call: Call) {
    return this.#keeper.look((reader) => readRates(reader, call));
  }

  putRates(call: Call, rates: Rates, seen: Seen) {
    return this.#runAndTell(call, (tx) => putRates(tx, call, rates, seen));
  }

  readRules(call: Call) {
    return this.#keeper.look((reader) => readRules(reader, call));
  }

  putRules(call: Call, rules: Rules, seen: Seen) {
    return this.#runAndTell(call, (tx) => putRules(tx, call, rules, seen));
  }

  showCalendar(call: Call, range: { from: Night; to: Night }) {
    return this.#keeper.look((reader) => showCalendar(reader, call, range));
  }

  updateCalendar(call: Call, changes: readonly CalendarChange[]) {
    return this.#runAndTell(call, (tx) => updateCalendar(tx, call, changes));
  }

  checkAvailability(call: Call, asked: { stay: Stay; guests: Guests }) {
    return this.#keeper.look((reader) => checkAvailability(reader, call, asked));
  }

  quoteStay(call: Call, request: StayRequest) {
    return this.#keeper.look((reader) => quoteStay(reader, call, request));
  }

  importBlocks(call: Call, set: { feedId: string; blocks: readonly ImportedBlock[] }) {
    return this.#runAndTell(call, (tx) => importBlocks(tx, call, set));
  }

  listTaken(call: Call) {
    return this.#keeper.look((reader) => listTaken(reader, call));
  }

  compare(call: Call, seen: Snapshot | null) {
    return this.#runAndTell(call, (tx) => compare(tx, call, seen));
  }

  /** Where this book stands: nothing, when it was never opened. */
  head() {
    return this.#keeper.look((reader) => ({ ...reader.head(), parked: reader.parkedCount() }));
  }

  /** Never throws: an alarm that does is taken away in the end. */
  override async alarm(): Promise<void> {
    const clock = await this.openClock().catch(() => ({ now: () => Date.now() }));
    await this.#keeper.drain(() => clock.now());
  }

  /** What a host says here, D1 knows before the host is answered, unless D1 is down: then the alarm tells it. */
  async #runAndTell<O extends { readonly ok: boolean }>(call: Call, command: (tx: Transactor) => O) {
    const outcome = this.#keeper.run(call.now, command);
    if (outcome.ok) await this.#keeper.drain(() => call.now);
    return outcome;
  }
}
