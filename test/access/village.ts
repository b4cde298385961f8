import { env } from 'cloudflare:workers';
import { randomInt, randomUUID } from 'node:crypto';
import { hashPassword } from '../../src/accounts/password.ts';
import { recoveryDigest } from '../../src/accounts/rules.ts';
import { sealSecret } from '../../src/accounts/second-factor.ts';
import type { CoHostAccess } from '../../src/book/index.ts';
import type { Scope } from '../../src/kernel/actor.ts';
import { DAY, HOUR } from '../../src/kernel/clock.ts';
import { createKeyring, randomToken, sha256 } from '../../src/kernel/crypto.ts';
import { newId } from '../../src/kernel/ids.ts';
import { exportKey } from '../../src/privacy/rules.ts';
import { settings } from '../worker/ground.ts';
import { newAuthenticator } from './authenticator.ts';
import { type Canary, canariesIn, canaryRow, canaryText, listColumns, type Row } from './canaries.ts';
import { canariesOf, openBook, plantPlace, storeFiles } from './place.ts';
import {
  lodgersEffect,
  lodgersPayment,
  lodgersPayout,
  lodgersRow,
  type Progress,
  type Stayed,
  told,
} from './stays.ts';

/**
 * A handful of people, everything that one of them (the guest) can own, the host's property with a co-host
 * who may do all that a co-host can, a draft of the other host's, and rows of every other table: all that an
 * operation could find, in a database that holds nothing else. Each value is the only one of its kind.
 */
export const PEOPLE = ['guest', 'other_guest', 'host', 'other_host', 'co_host', 'staff'] as const;
export type PersonName = (typeof PEOPLE)[number];
export type Person = { accountId: string; sessionId: string; isHost: boolean; isStaff: boolean };
export type Village = Awaited<ReturnType<typeof settle>>;

export const PASSWORD = 'gravel-teapot-91';
export const TOTP_SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
export const shared = settings();
export const keyring = createKeyring(shared.masterSecret);
export const authenticator = await newAuthenticator({ rpId: 'localhost', origin: shared.origin });

const REFRESH_GENERATION = 987_654_321;
const COUNTER = 3_000_000_000;
export const passwordHash = hashPassword(PASSWORD, 8);
/** What is there besides once a stay is agreed upon. */
const TOLD_BY_BOOKS = ['booking', 'payment', 'ledger_entry', 'parked_effect'];
const columns = await listColumns();
const tables = [...new Set(columns.map(({ table }) => table))];

export type Circumstances = {
  /** How far everybody is with an authenticator app. */
  readonly totp?: 'none' | 'started' | 'confirmed';
  /** What the keys of the guest and the host may do. */
  readonly scopes?: readonly Scope[];
  /** The guest's export lies in the archive. */
  readonly exported?: true;
  /** How far the guest's stay at the host's property has come. */
  readonly stay?: Progress;
  /** The guest waits for nights there. */
  readonly waits?: true;
  /** The host's property is a draft, or, if there is a stay, not let any more. */
  readonly draft?: true;
  /** How far its co-host may go. */
  readonly help?: CoHostAccess;
  /** Its book and its files are there too. */
  readonly open?: boolean;
};

export async function settle({
  totp = 'none',
  scopes = [],
  exported,
  stay,
  waits,
  draft,
  help = 'full',
  open = true,
}: Circumstances = {}) {
  const now = Date.now();
  const rows: [table: string, row: Row][] = [];
  const plant = (table: string, row: Row = {}): Row => {
    const whole = { ...canaryRow(columns, table), ...row };
    rows.push([table, whole]);
    return whole;
  };
  const recently = (withinMs = DAY) => now - randomInt(withinMs);
  const soon = () => now + DAY + randomInt(DAY);

  const openSession = (accountId: string, row: Row = {}): string => {
    const id = newId('ses', now);
    const times = { rotated_at: recently(), created_at: recently(), expires_at: soon() };
    const flags = { retried: 0, mfa: 0, ended_at: null, ended_because: null, ended_by: null };
    plant('session', {
      id,
      account_id: accountId,
      generation: REFRESH_GENERATION,
      ...times,
      ...flags,
      ...row,
    });
    return id;
  };
  const makeKey = (accountId: string, may: readonly Scope[]) => {
    const id = newId('key', now);
    const key = `rk_${randomToken(32)}`;
    const row = { id, account_id: accountId, digest: sha256(key), scopes: JSON.stringify(may) };
    plant('api_key', { ...row, expires_at: soon() });
    return { id, key };
  };
  const move = (name: PersonName): Person => {
    const accountId = newId('usr', now);
    const isHost = name.endsWith('host') && name !== 'co_host';
    const isStaff = name === 'staff';
    plant('account', {
      id: accountId,
      email: emailFor(name),
      password_hash: passwordHash,
      is_host: isHost ? 1 : 0,
      roles: isStaff ? '["staff"]' : '[]',
      status: 'active',
      ...(totp === 'none'
        ? { totp_secret: null }
        : { totp_secret: sealSecret(keyring, accountId, TOTP_SECRET) }),
      ...(totp === 'confirmed' ? {} : { totp_confirmed_at: null, totp_last_step: 0 }),
    });
    return { accountId, sessionId: openSession(accountId), isHost, isStaff };
  };

  const people = Object.fromEntries(PEOPLE.map((name) => [name, move(name)])) as Record<PersonName, Person>;
  const account_id = people.guest.accountId;
  const recovery = canaryText('recovery', 'code').slice(-32);
  const email = String(rows.find(([table, { id }]) => table === 'account' && id === account_id)?.[1].email);

  /** What somebody has who may do less. */
  const lesser = (person: Person) => ({
    ...person,
    endedSessionId: openSession(person.accountId, {
      ended_at: recently(),
      ended_because: 'logout',
      ended_by: newId('req', now),
    }),
    key: makeKey(person.accountId, scopes).key,
  });
  const host = lesser(people.host);
  const staff = lesser(people.staff);
  const guest = {
    ...lesser(people.guest),
    email,
    recovery,
    targetSessionId: openSession(account_id),
    targetKeyId: makeKey(account_id, ['profile']).id,
    passkeyId: newId('psk', now),
    savedSearchId: newId('sav', now),
    resetId: newId('pwr', now),
    exportId: newId('exp', now),
  };
  plant('passkey', {
    ...{ id: guest.passkeyId, account_id, counter: COUNTER + randomInt(1_000_000) },
    ...{ credential_id: authenticator.id, public_key: authenticator.publicKey },
    transports: JSON.stringify([canaryText('passkey', 'transports')]),
  });
  plant('recovery_code', { account_id, digest: recoveryDigest(keyring, account_id, recovery) });
  plant('saved_search', {
    ...{ id: guest.savedSearchId, account_id, state: 'watching', created_at: recently(), look_at: soon() },
    query: JSON.stringify({ q: canaryText('saved_search', 'query') }),
  });
  plant('password_reset');
  plant('password_reset', { id: guest.resetId, email, created_at: recently(HOUR) });
  plant('data_export', { id: guest.exportId, account_id, requested_at: recently(), expires_at: soon() });
  const waiting = plant('registration', {
    id: newId('reg', now),
    email: emailFor('waiting'),
    password_hash: passwordHash,
    code_mailed_at: now - randomInt(60_000),
    created_at: recently(),
  });
  const place = plantPlace(plant, keyring, now, {
    hostId: host.accountId,
    helper: { accountId: people.co_host.accountId, access: help },
    isPublished: draft !== true,
  });
  const elsewhere = plantPlace(plant, keyring, now, {
    hostId: people.other_host.accountId,
    helper: null,
    isPublished: false,
  });
  plant('favourite', { account_id, property_id: place.id });
  const lodging = plant('booking', lodgersRow(place, now));
  plant('payment', lodgersPayment(place, lodging, now));
  const payoutId = String(plant('payout', lodgersPayout(place, lodging, now)).id);
  plant('payout_account', { host_id: host.accountId, provider: 'mpesa', country: null });
  const firstSeen = recently();
  plant('discrepancy', {
    ...{ first_seen_at: firstSeen, last_seen_at: firstSeen + 2 * HOUR + randomInt(HOUR), resolved_at: null },
  });
  plant('parked_effect', lodgersEffect(place, lodging, now));
  const deadLetterId = newId('dlt', now);
  const letter = {
    id: canaryText('dead_letter', 'message'),
    kind: 'nothing',
    about: canaryText('dead_letter', 'body'),
  };
  plant('dead_letter', { id: deadLetterId, queue: 'jobs', body: JSON.stringify(letter) });
  for (const table of tables) if (!rows.some(([planted]) => planted === table)) plant(table);

  const file = canaryText('archive', 'file');
  if (exported) await env.ARCHIVE.put(exportKey(account_id, guest.exportId), JSON.stringify({ note: file }));
  await replaceEverything(rows);
  let stayed: Stayed | null = null;
  if (open) {
    await storeFiles();
    const agreed = stay ? { guestId: account_id, progress: stay } : null;
    stayed = await openBook(place, keyring, now, agreed, waits ? account_id : null);
    await told(place.id);
  }
  const planted: Record<string, Row[]> = {};
  for (const [table, row] of rows) (planted[table] ??= []).push(row);
  Object.assign(planted, await rowsIn(TOLD_BY_BOOKS));
  const canaries: Canary[] = [
    ...canariesIn(planted),
    { place: 'the exported file', forms: [file], readers: [account_id] },
    ...canariesOf(place),
  ];
  const found = { deadLetterId, payoutId, waiting };
  return { ...found, now, people, guest, host, staff, place, elsewhere, stayed, canaries };
}

const emailFor = (name: string): string =>
  `canary-${name.replace('_', '-')}-${randomUUID().slice(0, 13)}@roost.test`;

async function rowsIn(some: readonly string[]): Promise<Record<string, Row[]>> {
  const found = await env.DB.batch<Row>(some.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)));
  return Object.fromEntries(some.map((table, index) => [table, found[index]?.results ?? []]));
}

function insert(table: string, row: Row): D1PreparedStatement {
  const names = Object.keys(row);
  const marks = names.map(() => '?').join(', ');
  return env.DB.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`).bind(
    ...Object.values(row),
  );
}

async function replaceEverything(rows: readonly [string, Row][]): Promise<void> {
  await env.DB.batch([
    env.DB.prepare('PRAGMA defer_foreign_keys = on'),
    ...tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)),
    ...rows.map(([table, row]) => insert(table, row)),
  ]);
}
