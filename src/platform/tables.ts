import { sql } from 'drizzle-orm';
import { check, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/**
 * Never holds a row. A commit tries to insert here when something it relied on is no longer true;
 * the constraint then fails, and with it the whole batch.
 */
export const guard = sqliteTable('guard', { broken: text('broken').notNull() }, (table) => [
  check('state_moved', sql`${table.broken} <> 'state'`),
  check('actor_ended', sql`${table.broken} <> 'actor'`),
  check('replay_lost', sql`${table.broken} <> 'replay'`),
]);

/** Who changed what, written in the same commit as the change. */
export const audit = sqliteTable('audit', {
  seq: integer('seq').primaryKey({ autoIncrement: true }),
  id: text('id').notNull().unique(),
  at: integer('at').notNull(),
  actorKind: text('actor_kind').notNull(),
  actorId: text('actor_id'),
  action: text('action').notNull(),
  subject: text('subject').notNull(),
  reason: text('reason'),
  data: text('data').notNull(),
  requestId: text('request_id').notNull(),
});

/** One link of the hash chain per audit row, added by a sweep so that writers never contend for the head. */
export const auditSeal = sqliteTable('audit_seal', {
  seq: integer('seq').primaryKey(),
  hash: text('hash').notNull(),
});

/** What a commit wants sent, until the queue has acknowledged it. */
export const outbox = sqliteTable(
  'outbox',
  {
    id: text('id').primaryKey(),
    queue: text('queue').notNull(),
    body: text('body').notNull(),
    attempts: integer('attempts').notNull().default(0),
    nextAttemptAt: integer('next_attempt_at').notNull(),
  },
  (table) => [index('outbox_due').on(table.nextAttemptAt)],
);

/** Messages that a consumer has finished with, so that a second delivery does nothing. */
export const inbox = sqliteTable(
  'inbox',
  { messageId: text('message_id').primaryKey(), at: integer('at').notNull() },
  (table) => [index('inbox_by_age').on(table.at)],
);

/** Messages that no retry could save, kept until staff replay or drop them. */
export const deadLetter = sqliteTable('dead_letter', {
  id: text('id').primaryKey(),
  queue: text('queue').notNull(),
  messageId: text('message_id').notNull().unique(),
  body: text('body').notNull(),
  at: integer('at').notNull(),
});

/** A client's key, and the answer that belongs to it from the commit on. */
export const replay = sqliteTable(
  'replay',
  {
    scope: text('scope').primaryKey(),
    fingerprint: text('fingerprint').notNull(),
    /** The request that may still answer; another takes over when the lease has run out. */
    owner: text('owner').notNull(),
    leasedUntil: integer('leased_until').notNull(),
    answer: text('answer'),
    expiresAt: integer('expires_at').notNull(),
  },
  (table) => [index('replay_by_expiry').on(table.expiresAt)],
);

/** One-time values that were used: a row here forbids the second use until the value has expired anyway. */
export const spent = sqliteTable(
  'spent',
  { digest: text('digest').primaryKey(), expiresAt: integer('expires_at').notNull() },
  (table) => [index('spent_by_expiry').on(table.expiresAt)],
);
