import { SECOND } from '../kernel/clock.ts';
import { type Refused, refuse } from './command.ts';
import { drain, type Sink } from './outbox/drain.ts';
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

  /** Also what the alarm does. `now` is asked again after every wait. */
  async drain(now: () => number): Promise<void> {
    if (!this.#isOpen) return;
    while (this.#draining) await this.#draining;
    this.#draining = this.#drain(now).finally(() => {
      this.#draining = null;
    });
    await this.#draining;
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
      const next = tx.nextAttemptAt();
      this.#ground.wakeIn(next === null ? null : Math.max(next - nowMs, headStartMs));
      return result;
    });
  }
}
