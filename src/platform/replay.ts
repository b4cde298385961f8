import { and, eq, isNull, lte, sql } from 'drizzle-orm';
import type { Replay } from '../book/index.ts';
import { DAY, SECOND } from '../kernel/clock.ts';
import { type Keyring, sha256 } from '../kernel/crypto.ts';
import type { Refusal } from '../kernel/errors.ts';
import type { ReplaySlot } from './commit.ts';
import type { Database } from './database.ts';
import { KeyInProgress, KeyReused, StateMoved } from './errors.ts';
import type { Answer } from './problem.ts';
import { replay } from './tables.ts';

/**
 * One execution per account, operation and idempotency key. The key is reserved before the verb runs, and
 * the answer is stored by the verb's own commit, so there is no moment at which the effect exists without
 * the answer. Answers can hold secrets that are shown once, so they are sealed.
 */
const LEASE_MS = 30 * SECOND;
const KEPT_MS = DAY;

export type Reservation =
  | { readonly kind: 'mine'; readonly slot: ReplaySlot; readonly sealAnswer: (answer: Answer) => string }
  | { readonly kind: 'answered'; readonly answer: Answer };

export type ReplayRequest = {
  /** Null for somebody who did not say who they are: such a key stands for nothing but the same request. */
  readonly account: string | null;
  readonly operationId: string;
  readonly key: string;
  readonly keptMs?: number;
  /** The request as the verb sees it: the path's parameters and the raw body. */
  readonly content: string;
};

/** A key as it is kept: nothing of it, of whose it is or of what came with it can be read back. */
export function hashKey(keyring: Keyring, { account, operationId, key, content }: ReplayRequest): Replay {
  // Keyed, because a body may be a password that a plain hash would let anybody guess.
  const fingerprint = keyring.mac('replay', content);
  const whose = account === null ? { stranger: fingerprint } : account;
  return { scope: sha256(JSON.stringify([whose, operationId, key])), fingerprint };
}

export async function reserveReplay(
  db: Database,
  keyring: Keyring,
  request: ReplayRequest,
  owner: string,
  now: number,
  toAnswer: (result: unknown) => Answer,
): Promise<Reservation> {
  const { scope, fingerprint } = hashKey(keyring, request);
  const fresh = { owner, leasedUntil: now + LEASE_MS, expiresAt: now + (request.keptMs ?? KEPT_MS) };

  const [, , rows] = await db.batch([
    db.delete(replay).where(and(eq(replay.scope, scope), lte(replay.expiresAt, now))),
    db
      .insert(replay)
      .values({ scope, fingerprint, ...fresh })
      .onConflictDoUpdate({
        target: replay.scope,
        set: fresh,
        setWhere: sql`${replay.answer} IS NULL AND ${replay.leasedUntil} <= ${now}
          AND ${replay.fingerprint} = ${fingerprint}`,
      }),
    db.select().from(replay).where(eq(replay.scope, scope)),
  ]);
  const row = rows[0];

  if (!row || row.fingerprint !== fingerprint) throw KeyReused();
  const boundTo = `${scope} ${fingerprint}`;
  if (row.answer !== null) {
    const opened = keyring.open('replay', row.answer, boundTo);
    if (opened === null) throw KeyReused();
    return { kind: 'answered', answer: JSON.parse(opened) as Answer };
  }
  if (row.owner !== owner) throw KeyInProgress({ retryAfterSeconds: 1 });
  const sealAnswer = (answer: Answer) => keyring.seal('replay', JSON.stringify(answer), boundTo);
  return { kind: 'mine', slot: { scope, owner, seal: (result) => sealAnswer(toAnswer(result)) }, sealAnswer };
}

/** For verbs that commit nothing, and for refusals, which belong to the key as much as a success does. */
export async function storeAnswer(db: Database, slot: ReplaySlot, answer: string): Promise<void> {
  await db.update(replay).set({ answer }).where(stillMine(slot));
}

/** Lets the next request with this key try again at once; a stored answer stays. */
export async function releaseReplay(db: Database, slot: ReplaySlot): Promise<void> {
  await db.delete(replay).where(stillMine(slot));
}

/**
 * Refusals that another try may outlive say nothing about the key; nor do those about the caller, who can log
 * in again, or come with another key of the account, and then ask for the same thing.
 */
export function isFinal({ type }: Refusal): boolean {
  if (type.code === StateMoved.code || type.code === KeyInProgress.code) return false;
  return ['conflict', 'not_found', 'unprocessable'].includes(type.kind);
}

const stillMine = (slot: ReplaySlot) =>
  and(eq(replay.scope, slot.scope), eq(replay.owner, slot.owner), isNull(replay.answer));
