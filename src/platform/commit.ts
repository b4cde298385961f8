import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import { type Actor, actorId } from '../kernel/actor.ts';
import { type Clock, SECOND } from '../kernel/clock.ts';
import type { RefusalType } from '../kernel/errors.ts';
import { newId } from '../kernel/ids.ts';
import type { Database, Reader } from './database.ts';
import { AccountEnded, KeyInProgress, StateMoved } from './errors.ts';
import type { Log } from './log.ts';
import { brokenConstraint, type Tally } from './meter.ts';
import type { Outgoing } from './outbox.ts';
import { audit, guard, outbox, replay } from './tables.ts';

const DRAIN_HEAD_START_MS = 30 * SECOND;

/**
 * The one write path to D1. A commit is one batch, which D1 runs as one transaction: the writes, their
 * audit rows, what is to be sent, and the answer that belongs to the client's idempotency key happen
 * together or not at all. It is one trip.
 */
export type CommitContext = {
  readonly actor: Actor;
  readonly clock: Clock;
  /** What the client knows the request by; a client may choose it, so nothing depends on it. */
  readonly requestId: string;
  /** Ours, and new for every run. */
  readonly runId: string;
  readonly db: Reader;
  /** Sends what was committed, on an account of its own: it is not part of what the answer waited for. */
  readonly drain: (rows: readonly Outgoing[]) => Promise<void>;
  readonly log: Log;
  readonly tally: Tally;
  /** True in D1 as long as the actor may still act: the token is believed without a trip, a write is not. */
  readonly standing: SQL | null;
  readonly replay: ReplaySlot | null;
  defer(work: Promise<unknown>): void;
};

export type ReplaySlot = {
  readonly scope: string;
  readonly owner: string;
  /** The sealed answer that the client is going to get for this result. */
  seal(result: unknown): string;
};

export type AuditEntry = {
  readonly action: string;
  readonly subject: string;
  readonly reason?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  /** The row is written only if this holds after the writes. */
  readonly when?: SQL;
};

type Write = BatchItem<'sqlite'> | Must;
export type Change = {
  writes(db: Database): readonly Write[];
  readonly audit: readonly AuditEntry[];
  readonly outbox?: readonly Outgoing[];
  /** The refusal for a `must` that changed nothing, where the room has a better one than "conflict". */
  readonly whenMoved?: RefusalType;
  /** `table.column` of a unique constraint → the refusal that it means. */
  readonly whenTaken?: Readonly<Record<string, RefusalType>>;
};

class Must {
  readonly query: BatchItem<'sqlite'>;
  constructor(query: BatchItem<'sqlite'>) {
    this.query = query;
  }
}

/** A write that has to change something: if the state moved since it was read, nothing is written at all. */
export const must = (query: BatchItem<'sqlite'>): Must => new Must(query);

/** `result` is what the verb returns; it is sealed beside the writes, so that a repeat gets the same bytes. */
export async function commit<Result>(
  ctx: CommitContext,
  { result, ...change }: Change & { readonly result: Result },
): Promise<Result> {
  const db = ctx.db as Database;
  const batch = statementsOf(ctx, db, change);
  if (ctx.replay) batch.push(...keepAnswer(db, ctx.replay, ctx.replay.seal(result)));
  await send(ctx, db, batch, change);
  return result;
}

/**
 * For a verb whose result is one of a few, and only the writes show which: each is sealed beforehand, and that
 * of the index that `which` has after the writes is kept and returned.
 */
export async function commitOneOf<Result>(
  ctx: CommitContext,
  { results, which, ...change }: Change & { readonly results: readonly Result[]; readonly which: SQL },
): Promise<Result> {
  const db = ctx.db as Database;
  const batch = statementsOf(ctx, db, change);
  const { replay: slot } = ctx;
  if (slot) {
    const sealed = JSON.stringify(results.map((result) => slot.seal(result)));
    batch.push(...keepAnswer(db, slot, sql`${sealed} ->> (${which})`));
  }
  batch.push(db.select({ index: sql<number>`(${which})`.as('which') }).from(sql`(SELECT 1)`));
  const rows = (await send(ctx, db, batch, change)).at(-1) as { index: number }[];
  return results[rows[0]?.index ?? -1] as Result;
}

/** For the few verbs whose result is what the writes left behind: the rows of `read`, in the same trip. */
export async function commitReading<Row>(
  ctx: CommitContext,
  { read, ...change }: Change & { read(db: Database): BatchItem<'sqlite'> & PromiseLike<Row[]> },
): Promise<Row[]> {
  const db = ctx.db as Database;
  const results = await send(ctx, db, [...statementsOf(ctx, db, change), read(db)], change);
  return results.at(-1) as Row[];
}

function statementsOf(ctx: CommitContext, db: Database, change: Change): BatchItem<'sqlite'>[] {
  const now = ctx.clock.now();
  const batch: BatchItem<'sqlite'>[] = [];
  if (ctx.standing) batch.push(db.insert(guard).select(sql`SELECT 'actor' WHERE NOT (${ctx.standing})`));
  for (const write of change.writes(db)) {
    if (write instanceof Must) batch.push(write.query, refuseUnlessChanged(db, 'state'));
    else batch.push(write);
  }
  for (const entry of change.audit) batch.push(insertAudit(ctx, db, entry, now));
  for (const { queue, message } of change.outbox ?? []) {
    const body = JSON.stringify(message);
    // Due only after the drain that follows this commit has had its chance.
    batch.push(
      db.insert(outbox).values({ id: message.id, queue, body, nextAttemptAt: now + DRAIN_HEAD_START_MS }),
    );
  }
  return batch;
}

async function send(
  ctx: CommitContext,
  db: Database,
  batch: BatchItem<'sqlite'>[],
  change: Change,
): Promise<unknown[]> {
  let results: unknown[];
  try {
    results = await db.batch(batch as [BatchItem<'sqlite'>, ...BatchItem<'sqlite'>[]]);
  } catch (error) {
    throw toRefusal(error, change);
  }
  if (change.outbox?.length) ctx.defer(ctx.drain(change.outbox));
  return results;
}

function insertAudit(ctx: CommitContext, db: Database, entry: AuditEntry, now: number): BatchItem<'sqlite'> {
  const { action, subject, reason = null, data = {}, when = sql`TRUE` } = entry;
  const values = [newId('aud', now), now, ctx.actor.kind, actorId(ctx.actor), action, subject, reason];
  const row = sql.join(
    [...values, JSON.stringify(data), ctx.requestId].map((value) => sql`${value}`),
    sql`, `,
  );
  return db.insert(audit).select(sql`SELECT NULL, ${row} WHERE ${when}`);
}

function keepAnswer(db: Database, { scope, owner }: ReplaySlot, answer: string | SQL): BatchItem<'sqlite'>[] {
  const mine = and(eq(replay.scope, scope), eq(replay.owner, owner), isNull(replay.answer));
  return [db.update(replay).set({ answer }).where(mine), refuseUnlessChanged(db, 'replay')];
}

function refuseUnlessChanged(db: Database, broken: 'state' | 'replay'): BatchItem<'sqlite'> {
  return db.insert(guard).select(sql`SELECT ${broken} WHERE changes() = 0`);
}

function toRefusal(error: unknown, change: Change): unknown {
  const broken = brokenConstraint(error);
  switch (broken) {
    case null:
      return error;
    case 'state_moved':
      return (change.whenMoved ?? StateMoved)();
    case 'actor_ended':
      return AccountEnded();
    case 'replay_lost':
      return KeyInProgress();
    default:
      return change.whenTaken?.[broken]?.() ?? error;
  }
}
