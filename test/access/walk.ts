import { env } from 'cloudflare:workers';
import { randomUUID } from 'node:crypto';
// Loaded here, so that the first who needs it does not pay for it within a test's time.
import '@simplewebauthn/server';
import type { Role, SessionActor } from '../../src/kernel/actor.ts';
import { SCOPES } from '../../src/kernel/actor.ts';
import { signAccessToken } from '../../src/platform/access-token.ts';
import type { AnyEndpoint } from '../../src/platform/endpoint.ts';
import { everythingAround, request } from '../worker/ground.ts';
import { type Act, acts, type Caller, type File } from './acts.ts';
import { told } from './stays.ts';
import { type Circumstances, PEOPLE, type PersonName, settle, shared, type Village } from './village.ts';

/**
 * Everybody who may knock: the people, and whoever the thing belongs to in three states in which less is
 * allowed. A co-host is nobody in particular for things that belong to no property.
 */
export const ACTORS = [
  'anonymous',
  ...PEOPLE,
  'suspended',
  'api_key_without_scope',
  'ended_session',
] as const;
export type ActorName = (typeof ACTORS)[number];

export type Change = {
  /** Instead of what the address names. */
  readonly params?: Record<string, string>;
  readonly body?: unknown;
  readonly file?: File | undefined;
  readonly headers?: Record<string, string>;
};
export type Outcome = { readonly status: number; readonly text: string; readonly headers: string };

export type Visit = {
  readonly village: Village;
  readonly act: Act;
  readonly caller: Caller | null;
  /** Does the operation, or nearly so. */
  go(change?: Change): Promise<Outcome>;
  /** All that an act here could change. */
  look(): ReturnType<typeof everythingAround>;
};

const silent = { send: async () => {} };
const QUIET = { MAIL_QUEUE: silent, JOBS_QUEUE: silent, PROVIDER_EVENTS_QUEUE: silent };

/** Who may do it. */
export const subjectOf = ({ operationId }: Pick<AnyEndpoint, 'operationId'>): 'guest' | 'host' | 'staff' =>
  acts[operationId]?.subject ?? 'guest';

/** The one that there is now, as long as nothing in it has been changed. */
let standing: { readonly key: string; readonly village: Village; suspended: string | null } | null = null;

async function villageOf(circumstances: Circumstances): Promise<NonNullable<typeof standing>> {
  const key = JSON.stringify(circumstances);
  const known = standing?.key === key ? standing : null;
  const sql = 'SELECT 1 FROM account WHERE id = ?';
  if (known && (await env.DB.prepare(sql).bind(known.village.guest.accountId).first())) return known;
  standing = { key, village: await settle(circumstances), suspended: null };
  return standing;
}

async function suspend(here: NonNullable<typeof standing>, accountId: string | null): Promise<void> {
  if (here.suspended === accountId) return;
  const sql = "UPDATE account SET status = iif(id = ?1, 'suspended', 'active') WHERE id IN (?1, ?2)";
  await env.DB.prepare(sql).bind(accountId, here.suspended).run();
  here.suspended = accountId;
}

/**
 * Somebody in front of one operation's door, in a village that stays as it is for the next one until
 * something in it has been changed.
 */
export function visitors(endpoint: AnyEndpoint, under: Circumstances = {}) {
  const { operationId, access, method, room, guarded, keyRequired } = endpoint;
  const act = acts[operationId];
  if (!act) throw new Error(`Say in acts.ts how ${operationId} is done`);
  const scopes = SCOPES.filter((scope) => scope !== (endpoint.scope ?? access));
  const owner = subjectOf(endpoint);
  const open = room === 'properties' || room === 'bookings' || room === 'payments';

  return async (actor: ActorName): Promise<Visit> => {
    const here = await villageOf({ ...act.under, ...under, scopes, open });
    const { village } = here;
    await suspend(here, actor === 'suspended' ? village[owner].accountId : null);
    const subject = village[owner];
    const caller = callerOf(village, actor, subject);
    const credential = await credentialOf(village, actor, caller, subject, act.mfa === true);
    const usual = await act.body?.(village, caller ?? { accountId: subject.accountId, sessionId: '' });
    const query = new URLSearchParams(act.query?.(village, caller)).toString();
    const requestId = `walk-${randomUUID()}`;

    const go = async ({
      params = act.path?.(village) ?? {},
      body = usual,
      file = act.file,
      headers = {},
    }: Change = {}) => {
      const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name) => params[name] ?? 'missing');
      const response = await request(query === '' ? path : `${path}?${query}`, {
        method: method.toUpperCase(),
        headers: {
          'x-request-id': requestId,
          'cf-connecting-ip': requestId,
          ...(credential === null ? {} : { authorization: `Bearer ${credential}` }),
          ...(act.upgrades ? { upgrade: 'websocket' } : {}),
          ...(guarded ? { 'if-match': '*' } : {}),
          ...(keyRequired ? { 'idempotency-key': randomUUID() } : {}),
          ...(file?.type === undefined ? {} : { 'content-type': file.type }),
          ...(await act.signs?.(village)),
          ...headers,
        },
        ...(file ? { body: file.bytes } : body === undefined ? {} : { json: body }),
        bindings: QUIET,
      });
      if (response.status < 400 && method !== 'get' && !act.readsByPost) standing = null;
      if (open) await told(village.place.id);
      const answered = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
      const text = response.webSocket ? await firstOf(response.webSocket) : await response.text();
      return { status: response.status, text, headers: answered };
    };
    const look = () => everythingAround(open ? [village.place.id] : []);
    return { village, act, caller, go, look };
  };
}

function firstOf(socket: WebSocket): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.addEventListener('message', ({ data }) => {
    resolve(String(data));
    socket.close();
  });
  socket.accept();
  return promise;
}

const isPerson = (actor: ActorName): actor is PersonName => (PEOPLE as readonly string[]).includes(actor);

type Subject = Village['guest' | 'host' | 'staff'];

function callerOf({ people }: Village, actor: ActorName, subject: Subject): Caller | null {
  if (actor === 'anonymous') return null;
  if (isPerson(actor)) return people[actor];
  return actor === 'ended_session' ? { ...subject, sessionId: subject.endedSessionId } : subject;
}

async function credentialOf(
  { people, now }: Village,
  actor: ActorName,
  caller: Caller | null,
  subject: Subject,
  mfa: boolean,
): Promise<string | null> {
  if (caller === null) return null;
  if (actor === 'api_key_without_scope') return subject.key;
  const { isHost, isStaff } = isPerson(actor) ? people[actor] : subject;
  const session: SessionActor = {
    kind: 'session',
    accountId: caller.accountId,
    sessionId: caller.sessionId,
    isHost,
    roles: isStaff ? ['staff' satisfies Role] : [],
    mfa: mfa || isStaff,
    authenticatedAt: now,
  };
  return signAccessToken(shared, session, { now: () => now });
}
