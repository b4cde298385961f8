import type { Call } from '../../../src/book/command.ts';
import { type Ground, Keeper, type Replay } from '../../../src/book/keeper.ts';
import type { Transactor } from '../../../src/book/store/transactor.ts';
import type { Attempt, Log, Told } from './checker.ts';
import type { Chance } from './random.ts';
import type { SimStorage } from './storage.ts';

/**
 * The door of a book, as its Durable Object has it, and what can happen to a call on its way. A process dies
 * inside a transaction, before what it wrote is flushed, or after that and before anybody was answered.
 */
export type Outcome = Told['outcome'] & { readonly changed?: boolean };
export type Command = (tx: Transactor) => Outcome;
export type Desk = ReturnType<typeof openDesk>;

class Death extends Error {}
type Fate = 'none' | 'inside' | 'unflushed' | 'unheard';

const STATEMENTS_OF_A_LONG_COMMAND = 40;

export function openDesk(ground: Ground & { storage: SimStorage }, chance: Chance, share: number) {
  const { storage } = ground;
  const log = { told: [] as Told[], attempts: [] as Attempt[] } satisfies Log;
  const seen = { faults: 0, crashes: 0, changes: 0 };
  let keeper = new Keeper(ground).open();
  let calm = false;
  let settledAt = 0;

  const revive = () => {
    seen.crashes += 1;
    keeper = new Keeper(ground);
  };
  /** Null when nobody heard the answer. */
  const through = (run: () => Outcome): Outcome | null => {
    const fate: Fate =
      calm || !chance.of(share) ? 'none' : chance.pick<Fate>('inside', 'unflushed', 'unheard');
    if (fate !== 'none') seen.faults += 1;
    if (fate === 'inside') {
      let left = chance.below(STATEMENTS_OF_A_LONG_COMMAND);
      storage.onStatement = () => {
        if (left-- === 0) throw new Death();
      };
    }
    if (fate === 'unflushed') {
      storage.onCommit = () => {
        throw new Death();
      };
    }
    try {
      const outcome = run();
      if (fate !== 'unheard') return outcome;
      revive();
      return null;
    } catch (error) {
      if (!(error instanceof Death)) throw error;
      storage.onStatement = null;
      storage.onCommit = null;
      revive();
      return null;
    } finally {
      storage.onStatement = null;
      storage.onCommit = null;
    }
  };
  const tell = (call: Call, key: Told['key'], outcome: Outcome | null) => {
    if (outcome === null) return null;
    log.told.push({ at: call.now, key, outcome });
    if (outcome.ok && !outcome.replayed) settledAt = call.now;
    if (outcome.ok && outcome.changed) seen.changes += 1;
    return outcome;
  };

  return {
    log,
    seen,
    keeper: () => keeper,
    settledAt: () => settledAt,
    setCalm: () => {
      calm = true;
    },
    revive,
    act: (call: Call, command: Command) =>
      tell(
        call,
        null,
        through(() => keeper.run(call.now, command)),
      ),
    once: (call: Call, key: Replay, command: Command, bookingId: string | null = null) => {
      log.attempts.push({ at: call.now, scope: key.scope, bookingId });
      return tell(
        call,
        key,
        through(() => keeper.once(call.now, key, command)),
      );
    },
    /** After a restore what was told of the time since then is nobody's to keep. */
    forget: () => {
      log.told.length = 0;
      settledAt = 0;
      keeper = new Keeper(ground);
    },
  };
}
