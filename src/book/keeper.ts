import { HOUR, MINUTE, SECOND } from '../kernel/clock.ts';
import { type Refused, refuse } from './command.ts';
import { drain, type Sink } from './outbox/drain.ts';
import { settleDue } from './stays/settle-due.ts';
import { type Parsed, Reader } from './store/reader.ts';
import { applySchema, hasSchema } from './store/schema.ts';
import { Transactor } from './store/transactor.ts';

/** What a book stands on: its storage, where its outbox goes, and somebody to wake it. */
export type Ground = {
  readonly storage: DurableObjectStorage;
  readonly sink: Sink;
  random(): number;
  /** Wakes the book after so long, or not any more. Inside a transaction it is a part of it. */
  wakeIn(waitMs: number | null): void;
  /** Lets a crowd gather between two sends. */
  gather(): Promise<void>;
};

/** The alarm leaves the drain that follows a command its chance. */
const HEAD_START_MS = 5 * SECOND;
const AFTER_A_BUG_MS = MINUTE;
const FORGETTING_EVERY_MS = HOUR;

/** A client's key, hashed with its account and operation, and what it was sent with. */
export type Replay = { readonly scope: string; readonly fingerprint: string };

/** What a key was answered before; null when it was not. */
export function recall<O extends { readonly ok: boolean }>(
  reader: Reader,
  { scope, fingerprint }: Replay,
  nowMs: number,
): (O & { replayed: true }) | Refused<'key_reused'> | null {
  const known = reader.answer(scope, nowMs);
  if (known === null) return null;
  if (known.fingerprint !== fingerprint) return refuse('key_reused');
  return { ...(JSON.parse(known.response) as O), replayed: true };
}

/** Not an error: nobody reads where it came from, and to note that costs as much as a refusal. */
class Undo {
  readonly outcome: unknown;
  constructor(outcome: unknown) {
    this.outcome = outcome;
  }
}

/**
 * Runs a book's commands. Always true here: a command is one synchronous transaction, of which a refusal
 * leaves nothing; whatever is in the outbox has an alarm behind it; the drain never throws, and of two at
 * once the second waits for the first.
 */
export class Keeper {
  readonly #ground: Ground;
  #draining: Promise<void> | null = null;
  /** The one after it, for whoever came since it began. */
  #nextDrain: Promise<void> | null = null;
  /** The latest moment at which anybody came: what was posted then is due. */
  #latest = 0;
  #isOpen: boolean;
  readonly #parsed: Parsed = new Map();
  /** When the alarm rings, as far as it is known; never, when there is none. */
  #wakesAt: number | null = null;
  /** Nothing is due before. */
  #quietUntil = 0;
  #forgetsAt = 0;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#isOpen = hasSchema(ground.storage);
    if (this.#isOpen) applySchema(ground.storage);
  }

  /** Asking about a property that does not exist leaves nothing behind. */
  look<T>(read: (reader: Reader) => T): T | Refused<'unopened'> {
    return this.#isOpen ? read(new Reader(this.#ground.storage, this.#parsed)) : refuse('unopened');
  }

  open(): this {
    if (!this.#isOpen) applySchema(this.#ground.storage);
    this.#isOpen = true;
    return this;
  }

  run<O extends { readonly ok: boolean }>(
    nowMs: number,
    command: (tx: Transactor) => O,
  ): O | Refused<'unopened'> {
    if (!this.#isOpen) return refuse('unopened');
    this.#settle(nowMs);
    try {
      return this.#transact(nowMs, HEAD_START_MS, (tx) => {
        const outcome = command(tx);
        if (!outcome.ok) throw new Undo(outcome);
        this.#forgetOld(tx, nowMs);
        return outcome;
      });
    } catch (error) {
      if (error instanceof Undo) return error.outcome as O;
      throw error;
    }
  }

  /**
   * The same key has one outcome for a day, a refusal as much as a success; the same key about something else
   * is refused.
   */
  once<O extends { readonly ok: boolean }>(
    nowMs: number,
    { scope, fingerprint }: Replay,
    command: (tx: Transactor) => O,
  ): (O & { replayed?: true }) | Refused<'unopened' | 'key_reused'> {
    let isKnown = false;
    const outcome = this.run(nowMs, (tx) => {
      const known = recall<O>(tx, { scope, fingerprint }, nowMs);
      isKnown = known !== null;
      if (known !== null) return known;
      const fresh = command(tx);
      if (fresh.ok) tx.remember(scope, fingerprint, JSON.stringify(fresh), nowMs);
      return fresh;
    });
    if (!outcome.ok && !isKnown && this.#isOpen) {
      this.run(nowMs, (tx) => {
        tx.remember(scope, fingerprint, JSON.stringify(outcome), nowMs);
        return { ok: true };
      });
    }
    return outcome;
  }

  /** Sometimes: what ran out is given to nobody, whether it is there or not. */
  #forgetOld(tx: Transactor, nowMs: number): void {
    if (nowMs < this.#forgetsAt) return;
    tx.forgetOld(nowMs);
    this.#forgetsAt = nowMs + FORGETTING_EVERY_MS;
  }

  /** What the clock has done comes before every command, and stays done whatever becomes of that. */
  #settle(nowMs: number): void {
    if (nowMs < this.#quietUntil) return;
    if (new Reader(this.#ground.storage).firstDue(nowMs) === null) return;
    this.#transact(nowMs, HEAD_START_MS, (tx) => settleDue(tx, nowMs));
  }

  /** An alarm is taken away before it rings. */
  alarmRang(): void {
    this.#wakesAt = null;
  }

  /** What the alarm does. Never throws: an alarm that does is taken away in the end. */
  async wake(now: () => number): Promise<void> {
    if (!this.#isOpen) return;
    this.alarmRang();
    try {
      this.#settle(now());
      await this.drain(now);
      // It may have rung before there was anything to do.
      if (this.#wakesAt === null) this.#transact(now(), 0, () => {});
    } catch {
      await this.drain(now);
      this.#wakesAt = null;
      this.#ground.wakeIn(AFTER_A_BUG_MS);
    }
  }

  /**
   * `now` is asked again after every wait. Whoever comes while one is at work waits for the next, which begins
   * when a crowd has gathered: its copies go together.
   */
  async drain(now: () => number): Promise<void> {
    if (!this.#isOpen) return;
    this.#latest = Math.max(this.#latest, now());
    const clock = () => Math.max(now(), this.#latest);
    if (this.#draining === null && this.#nextDrain === null) return this.#beginDrain(clock);
    this.#nextDrain ??= this.#drainNext(clock);
    await this.#nextDrain;
  }

  async #drainNext(now: () => number): Promise<void> {
    await this.#draining;
    await this.#ground.gather();
    this.#nextDrain = null;
    await this.#beginDrain(now);
  }

  #beginDrain(now: () => number): Promise<void> {
    this.#draining = this.#drain(now).finally(() => {
      this.#draining = null;
    });
    return this.#draining;
  }

  async #drain(now: () => number): Promise<void> {
    const { storage, sink, random } = this.#ground;
    const seqs = (rows: readonly { seq: number }[]) => rows.map(({ seq }) => seq);
    const settle = (write: (tx: Transactor) => void) => this.#transact(now(), 0, write);
    const outbox = {
      due: (limit: number) => new Reader(storage).outboxDue(now(), limit),
      settle: (rows: readonly { seq: number }[]) => settle((tx) => tx.settle(seqs(rows))),
      postpone: (rows: readonly { seq: number }[], waitMs: number) =>
        settle((tx) => tx.postpone(seqs(rows), now() + waitMs)),
      park: (row: { seq: number }) => settle((tx) => tx.park(row.seq)),
    };
    try {
      await drain(outbox, sink, random);
    } catch {
      this.#ground.wakeIn(HEAD_START_MS);
      this.#wakesAt = null;
    }
  }

  #transact<T>(nowMs: number, headStartMs: number, write: (tx: Transactor) => T): T {
    try {
      return this.#ground.storage.transactionSync(() => {
        const tx = new Transactor(this.#ground.storage, this.#parsed);
        const result = write(tx);
        tx.close();
        const { attemptAt, dueAt } = tx.nextMoments();
        const waits = [
          ...(attemptAt === null ? [] : [Math.max(attemptAt - nowMs, headStartMs)]),
          ...(dueAt === null ? [] : [Math.max(dueAt - nowMs, 0)]),
        ];
        this.#quietUntil = dueAt ?? Number.POSITIVE_INFINITY;
        this.#wakeIn(waits.length === 0 ? null : Math.min(...waits), nowMs, headStartMs);
        return result;
      });
    } catch (error) {
      // What is remembered may be of what was undone.
      this.#wakesAt = null;
      this.#quietUntil = this.#forgetsAt = 0;
      throw error;
    }
  }

  /**
   * To move the alarm costs as much as a booking. While more is to come it stays where it is: one that rings too
   * early finds nothing to do, and sets the next.
   */
  #wakeIn(waitMs: number | null, nowMs: number, headStartMs: number): void {
    const wanted = waitMs === null ? Number.POSITIVE_INFINITY : nowMs + waitMs;
    const isInTime = this.#wakesAt !== null && nowMs < this.#wakesAt && this.#wakesAt <= wanted;
    const isMoreToCome = headStartMs > 0 || this.#nextDrain !== null;
    if (isInTime && (isMoreToCome || this.#wakesAt === wanted)) return;
    this.#ground.wakeIn(waitMs);
    this.#wakesAt = wanted;
  }
}
