import { env } from 'cloudflare:workers';
import { randomUUID } from 'node:crypto';
// Loaded here, so that the first who needs it does not pay for it within a test's time.
import '@simplewebauthn/server';
import type { Role, SessionActor } from '../../src/kernel/actor.ts';
import { SCOPES } from '../../src/kernel/actor.ts';
import { signAccessToken } from '../../src/platform/access-token.ts';
import type { AnyEndpoint } from '../../src/platform/endpoint.ts';
import { request } from '../worker/ground.ts';
import { type Act, acts, type Caller } from './acts.ts';
import { type Circumstances, PEOPLE, type PersonName, settle, shared, type Village } from './village.ts';

/**
 * Everybody who may knock: the people, and the guest in three states in which less is allowed. A co-host is
 * nobody in particular for things that belong to no property.
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
  readonly headers?: Record<string, string>;
};
export type Outcome = { readonly status: number; readonly text: string; readonly headers: string };

export type Visit = {
  readonly village: Village;
  readonly act: Act;
  readonly caller: Caller | null;
  /** Does the operation, or nearly so. */
  go(change?: Change): Promise<Outcome>;
};

const silent = { send: async () => {} };
const QUIET = { MAIL_QUEUE: silent, JOBS_QUEUE: silent };

/** A fresh village, and somebody in front of one operation's door. */
export async function visit(
  endpoint: AnyEndpoint,
  actor: ActorName,
  under: Circumstances = {},
): Promise<Visit> {
  const { operationId, access } = endpoint;
  const act = acts[operationId];
  if (!act) throw new Error(`Say in acts.ts how ${operationId} is done`);
  const scopes = SCOPES.filter((scope) => scope !== access);
  const village = await settle({ ...act.under, ...under, scopes });
  const caller = callerOf(village, actor);
  if (actor === 'suspended') {
    const sql = "UPDATE account SET status = 'suspended' WHERE id = ?";
    await env.DB.prepare(sql).bind(village.guest.accountId).run();
  }
  const credential = await credentialOf(village, actor, caller, act.mfa === true);
  const usual = await act.body?.(village, caller ?? { accountId: village.guest.accountId, sessionId: '' });
  const requestId = `walk-${randomUUID()}`;

  return {
    village,
    act,
    caller,
    async go({ params = act.path?.(village) ?? {}, body = usual, headers: more = {} } = {}) {
      const response = await request(
        endpoint.path.replace(/\{(\w+)\}/g, (_, name) => params[name] ?? 'missing'),
        {
          method: endpoint.method.toUpperCase(),
          headers: {
            'x-request-id': requestId,
            'cf-connecting-ip': requestId,
            ...(credential === null ? {} : { authorization: `Bearer ${credential}` }),
            ...more,
          },
          ...(body === undefined ? {} : { json: body }),
          bindings: QUIET,
        },
      );
      const headers = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
      return { status: response.status, text: await response.text(), headers };
    },
  };
}

const isPerson = (actor: ActorName): actor is PersonName => (PEOPLE as readonly string[]).includes(actor);

function callerOf({ people, guest }: Village, actor: ActorName): Caller | null {
  if (actor === 'anonymous') return null;
  if (isPerson(actor)) return people[actor];
  return actor === 'ended_session' ? { ...guest, sessionId: guest.endedSessionId } : guest;
}

async function credentialOf(
  { people, guest, now }: Village,
  actor: ActorName,
  caller: Caller | null,
  mfa: boolean,
): Promise<string | null> {
  if (caller === null) return null;
  if (actor === 'api_key_without_scope') return guest.key;
  const { isHost, isStaff } = isPerson(actor) ? people[actor] : guest;
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
