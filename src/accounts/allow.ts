import type { Context } from '../context.ts';
import type { Scope, SessionActor, UserActor } from '../kernel/actor.ts';
import { MINUTE } from '../kernel/clock.ts';
import { AuthRequired } from '../platform/errors.ts';
import {
  Forbidden,
  HostRequired,
  RecentLoginRequired,
  ScopeMissing,
  SecondFactorRequired,
} from './errors.ts';

/** The vocabulary of permission. Every verb of every room begins with one of these, whatever its door. */
type Asking = Pick<Context, 'actor'>;

const RECENT_LOGIN_MS = 15 * MINUTE;

export function requireUser({ actor }: Asking, scope: Scope): UserActor {
  switch (actor.kind) {
    case 'session':
      return actor;
    case 'api_key':
      if (!actor.scopes.includes(scope)) throw ScopeMissing({ extra: { scope } });
      return actor;
    case 'anonymous':
    case 'system':
      throw AuthRequired();
  }
}

/** For what anybody may see: whoever says who they are needs the scope all the same. */
export function allowAnyone(ctx: Asking, scope: Scope): void {
  if (ctx.actor.kind !== 'anonymous') requireUser(ctx, scope);
}

/** For what a key must never do, such as making another key. */
export function requireSession({ actor }: Asking): SessionActor {
  if (actor.kind === 'session') return actor;
  throw actor.kind === 'api_key' ? Forbidden() : AuthRequired();
}

/** A stolen access token must not be enough to change the locks. */
export function requireRecentLogin(ctx: Asking & Pick<Context, 'clock'>): SessionActor {
  const actor = requireSession(ctx);
  if (ctx.clock.now() - actor.authenticatedAt > RECENT_LOGIN_MS) throw RecentLoginRequired();
  return actor;
}

export function requireHost(ctx: Asking, scope: Scope): UserActor {
  const actor = requireUser(ctx, scope);
  if (!actor.isHost) throw HostRequired();
  return actor;
}

/** Staff come through a second factor: in their session, or in the one in which their key was made. */
export function requireStaff(ctx: Asking): UserActor {
  const actor = requireUser(ctx, 'staff');
  if (!actor.roles.includes('staff')) throw Forbidden();
  if (actor.kind === 'session' && !actor.mfa) throw SecondFactorRequired();
  return actor;
}
