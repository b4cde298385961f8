import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { Role, Scope } from '../kernel/actor.ts';

/** A person. The address is verified before there is an account, so every account's address is proven. */
export const account = sqliteTable('account', {
  id: text('id').primaryKey(),
  /** Lower case; null once the person is erased. */
  email: text('email').unique(),
  name: text('name').notNull(),
  bio: text('bio').notNull().default(''),
  avatarUrl: text('avatar_url'),
  locale: text('locale').notNull().default('en'),
  isHost: integer('is_host', { mode: 'boolean' }).notNull().default(false),
  roles: text('roles', { mode: 'json' }).$type<Role[]>().notNull().default([]),
  status: text('status', { enum: ['active', 'suspended', 'erased'] })
    .notNull()
    .default('active'),
  passwordHash: text('password_hash'),
  /** Sealed; present from enrolment on, in force from `totpConfirmedAt` on. */
  totpSecret: text('totp_secret'),
  totpConfirmedAt: integer('totp_confirmed_at'),
  /** The newest time step that was accepted: a code works once. */
  totpLastStep: integer('totp_last_step').notNull().default(0),
  /** Kept by the reviews that others write about this person. */
  ratingSum: integer('rating_sum').notNull().default(0),
  ratingCount: integer('rating_count').notNull().default(0),
  version: integer('version').notNull().default(1),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

/** An account to be, until the mailed code comes back. Registering says nothing about who exists. */
export const registration = sqliteTable(
  'registration',
  {
    id: text('id').primaryKey(),
    email: text('email').notNull(),
    name: text('name').notNull(),
    passwordHash: text('password_hash').notNull(),
    /** Grows with every code that is mailed; only the newest code counts. */
    codeNumber: integer('code_number').notNull().default(1),
    codeMailedAt: integer('code_mailed_at').notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    index('registration_by_email').on(table.email, table.createdAt),
    index('registration_by_age').on(table.createdAt),
  ],
);

export const passwordReset = sqliteTable(
  'password_reset',
  { id: text('id').primaryKey(), email: text('email').notNull(), createdAt: integer('created_at').notNull() },
  (table) => [
    index('password_reset_by_email').on(table.email),
    index('password_reset_by_age').on(table.createdAt),
  ],
);

/** A login. Its refresh token is a keyed hash of id and generation, so nothing here can be replayed. */
export const session = sqliteTable(
  'session',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => account.id),
    generation: integer('generation').notNull().default(1),
    rotatedAt: integer('rotated_at').notNull(),
    /** The generation before the current one was asked for again and got the same successor. */
    retried: integer('retried', { mode: 'boolean' }).notNull().default(false),
    mfa: integer('mfa', { mode: 'boolean' }).notNull(),
    userAgent: text('user_agent'),
    authenticatedAt: integer('authenticated_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    endedAt: integer('ended_at'),
    endedBecause: text('ended_because', { enum: ['logout', 'revoked', 'reuse', 'password', 'suspended'] }),
    endedBy: text('ended_by'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    index('session_by_account').on(table.accountId, table.createdAt),
    index('session_by_expiry').on(table.expiresAt),
  ],
);

export const recoveryCode = sqliteTable(
  'recovery_code',
  {
    accountId: text('account_id')
      .notNull()
      .references(() => account.id),
    digest: text('digest').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.digest] })],
);

export const passkey = sqliteTable(
  'passkey',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => account.id),
    credentialId: text('credential_id').notNull(),
    publicKey: text('public_key').notNull(),
    counter: integer('counter').notNull(),
    transports: text('transports', { mode: 'json' }).$type<string[]>().notNull(),
    name: text('name').notNull(),
    createdAt: integer('created_at').notNull(),
    lastUsedAt: integer('last_used_at'),
  },
  (table) => [
    uniqueIndex('passkey_credential').on(table.credentialId),
    index('passkey_by_account').on(table.accountId, table.createdAt),
  ],
);

export const apiKey = sqliteTable(
  'api_key',
  {
    id: text('id').primaryKey(),
    accountId: text('account_id')
      .notNull()
      .references(() => account.id),
    name: text('name').notNull(),
    digest: text('digest').notNull(),
    scopes: text('scopes', { mode: 'json' }).$type<Scope[]>().notNull(),
    expiresAt: integer('expires_at'),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('api_key_digest').on(table.digest),
    index('api_key_by_account').on(table.accountId, table.createdAt),
  ],
);
