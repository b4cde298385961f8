import { expect, test } from 'vitest';
import {
  requireHost,
  requireRecentLogin,
  requireSession,
  requireStaff,
  requireUser,
} from '../../src/accounts/allow.ts';
import {
  Forbidden,
  HostRequired,
  RecentLoginRequired,
  ScopeMissing,
  SecondFactorRequired,
} from '../../src/accounts/errors.ts';
import { type Actor, SCOPES, type Scope } from '../../src/kernel/actor.ts';
import { MINUTE } from '../../src/kernel/clock.ts';
import type { Refusal } from '../../src/kernel/errors.ts';
import { AuthRequired } from '../../src/platform/errors.ts';

const NOW = 1_000 * MINUTE;
const clock = { now: () => NOW };
const session = {
  kind: 'session',
  accountId: 'usr_1',
  sessionId: 'ses_1',
  isHost: false,
  roles: [],
  mfa: false,
  authenticatedAt: NOW,
} as const;
const key = (...scopes: Scope[]) =>
  ({ kind: 'api_key', accountId: 'usr_1', keyId: 'key_1', isHost: false, roles: [], scopes }) as const;
const anonymous = { kind: 'anonymous' } as const;
const system = { kind: 'system', job: 'cron:test' } as const;

function outcome(ask: (ctx: { actor: Actor; clock: typeof clock }) => unknown, actor: Actor) {
  try {
    ask({ actor, clock });
    return 'admitted';
  } catch (error) {
    return (error as Refusal).message;
  }
}

test('who is not logged in is asked to log in, and no job of ours acts for somebody', () => {
  const asks = [
    (ctx: { actor: Actor }) => requireUser(ctx, 'profile'),
    requireSession,
    (ctx: { actor: Actor; clock: typeof clock }) => requireRecentLogin(ctx),
    (ctx: { actor: Actor }) => requireHost(ctx, 'properties:write'),
    requireStaff,
  ];
  for (const ask of asks) {
    expect(outcome(ask, anonymous)).toBe(AuthRequired.code);
    expect(outcome(ask, system)).toBe(AuthRequired.code);
  }
});

test('a key does what its scopes say and nothing else; a person needs no scope', () => {
  for (const scope of SCOPES) {
    const ask = (ctx: { actor: Actor }) => requireUser(ctx, scope);
    expect(outcome(ask, session)).toBe('admitted');
    expect(outcome(ask, key(scope))).toBe('admitted');
    expect(outcome(ask, key(...SCOPES.filter((other) => other !== scope)))).toBe(ScopeMissing.code);
    expect(outcome(ask, key())).toBe(ScopeMissing.code);
  }
});

test('a key with every scope still cannot do what only a person may', () => {
  expect(outcome(requireSession, key(...SCOPES))).toBe(Forbidden.code);
  expect(outcome(requireRecentLogin, key(...SCOPES))).toBe(Forbidden.code);
  expect(outcome(requireSession, session)).toBe('admitted');
});

test('a login counts as recent for 15 minutes', () => {
  const loggedIn = (agoMs: number) => ({ ...session, authenticatedAt: NOW - agoMs });
  expect(outcome(requireRecentLogin, loggedIn(15 * MINUTE))).toBe('admitted');
  expect(outcome(requireRecentLogin, loggedIn(15 * MINUTE + 1))).toBe(RecentLoginRequired.code);
});

test('hosts come in where hosts work, as themselves or by a key', () => {
  const ask = (ctx: { actor: Actor }) => requireHost(ctx, 'properties:write');
  expect(outcome(ask, session)).toBe(HostRequired.code);
  expect(outcome(ask, { ...session, isHost: true })).toBe('admitted');
  expect(outcome(ask, { ...key('properties:write'), isHost: true })).toBe('admitted');
  expect(outcome(ask, { ...key('properties:read'), isHost: true })).toBe(ScopeMissing.code);
  expect(outcome(ask, key('properties:write'))).toBe(HostRequired.code);
});

test('staff need their role and a second factor; a key needs the scope, and its owner the role', () => {
  const staff = { ...session, roles: ['staff'] as const };
  expect(outcome(requireStaff, session)).toBe(Forbidden.code);
  expect(outcome(requireStaff, { ...session, mfa: true })).toBe(Forbidden.code);
  expect(outcome(requireStaff, staff)).toBe(SecondFactorRequired.code);
  expect(outcome(requireStaff, { ...staff, mfa: true })).toBe('admitted');
  expect(outcome(requireStaff, key('staff'))).toBe(Forbidden.code);
  expect(outcome(requireStaff, { ...key('profile'), roles: ['staff'] })).toBe(ScopeMissing.code);
  expect(outcome(requireStaff, { ...key('staff'), roles: ['staff'] })).toBe('admitted');
});
