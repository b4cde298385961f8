import { MINUTE, SECOND } from '../kernel/clock.ts';
import { type Refused, refuse } from './command.ts';
import { drain, type Sink } from './outbox/drain.ts';
import { settleDue } from './stays/settle-due.ts';
import { Reader } from './store/reader.ts';
import { applySchema, hasSchema } from './store/schema.ts';
import { Transactor } from './store/transactor.ts';

/** What a book stands on: its storage, where its outbox goes, and somebody to wake it. */
export type Ground = {
  readonly storage: DurableObjectStorage;
  readonly sink: Sink;
  random(): number;
  /** Wakes the book after so long, or not any more. Inside a transaction it is a part of it. */
  wakeIn(waitMs: number | null): void;
};

/** The alarm leaves the drain that follows a command its chance. */
const HEAD_START_MS = 5 * SECOND;
const AFTER_A_BUG_MS = MINUTE;

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

class Undo extends Error {
  readonly outcome: unknown;
  constructor(outcome: unknown) {
    super('undo');
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
  #isWanted = false;
  /** The latest moment at which anybody came: what was posted then is due. */
  #latest = 0;
  #isOpen: boolean;

  constructor(ground: Ground) {
    this.#ground = ground;
    this.#isOpen = hasSchema(ground.storage);
    if (this.#isOpen) applySchema(ground.storage);
  }

  /** Asking about a property that does not exist leaves nothing behind. */
  look<T>(read: (reader: Reader) => T): T | Refused<'unopened'> {
    return this.#isOpen ? read(new Reader(this.#ground.storage)) : refuse('unopened');
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

  /** What the clock has done comes before every command, and stays done whatever becomes of that. */
  #settle(nowMs: number): void {
    if (new Reader(this.#ground.storage).firstDue(nowMs) === null) return;
    this.#transact(nowMs, HEAD_START_MS, (tx) => settleDue(tx, nowMs));
  }

  /** What the alarm does. Never throws: an alarm that does is taken away in the end. */
  async wake(now: () => number): Promise<void> {
    if (!this.#isOpen) return;
    try {
      this.#settle(now());
      await this.drain(now);
    } catch {
      await this.drain(now);
      this.#ground.wakeIn(AFTER_A_BUG_MS);
    }
  }

  /**
   * `now` is asked again after every wait. Whoever comes while one is at work waits for that one, which then
   * looks once more: a crowd's copies go together.
   */
  async drain(now: () => number): Promise<void> {
    if (!this.#isOpen) return;
    this.#isWanted = true;
    this.#latest = Math.max(this.#latest, now());
    const clock = () => Math.max(now(), this.#latest);
    this.#draining ??= this.#drainWhileWanted(clock).finally(() => {
      this.#draining = null;
    });
    await this.#draining;
  }

  async #drainWhileWanted(now: () => number): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      await this.#drain(now);
    }
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
    }
  }

  #transact<T>(nowMs: number, headStartMs: number, write: (tx: Transactor) => T): T {
    return this.#ground.storage.transactionSync(() => {
      const tx = new Transactor(this.#ground.storage);
      const result = write(tx);
      const [attempt, due] = [tx.nextAttemptAt(), tx.nextDueAt()];
      const waits = [
        ...(attempt === null ? [] : [Math.max(attempt - nowMs, headStartMs)]),
        ...(due === null ? [] : [Math.max(due - nowMs, 0)]),
      ];
      this.#ground.wakeIn(waits.length === 0 ? null : Math.min(...waits));
      return result;
    });
  }
}
