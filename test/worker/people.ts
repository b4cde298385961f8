import { env } from 'cloudflare:workers';
import { hashPassword } from '../../src/accounts/password.ts';
import type { Role, SessionActor } from '../../src/kernel/actor.ts';
import { newId } from '../../src/kernel/ids.ts';
import { signAccessToken } from '../../src/platform/access-token.ts';
import { settings } from './ground.ts';

export const PASSWORD = 'tr0ub4dor&33';

/** A person with a living session, put straight into D1 for tests that are about something else. */
export async function person(
  name: string,
  options: { now?: number; roles?: Role[]; isHost?: boolean; mfa?: boolean } = {},
): Promise<{ actor: SessionActor; token: string; email: string }> {
  const now = options.now ?? Date.now();
  const { roles = [], isHost = false, mfa = false } = options;
  const actor: SessionActor = {
    kind: 'session',
    accountId: newId('usr', now),
    sessionId: newId('ses', now),
    isHost,
    roles,
    mfa,
    authenticatedAt: now,
  };
  const email = `${name}@example.com`;
  await env.DB.batch([
    env.DB.prepare(
      `INSERT INTO account (id, email, name, is_host, roles, password_hash, created_at, updated_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    ).bind(
      actor.accountId,
      email,
      name,
      isHost ? 1 : 0,
      JSON.stringify(roles),
      hashPassword(PASSWORD, 8),
      now,
      now,
    ),
    env.DB.prepare(
      `INSERT INTO session (id, account_id, rotated_at, mfa, authenticated_at, expires_at, created_at)
       VALUES (?, ?, ?, ?, ?, ?, ?)`,
    ).bind(actor.sessionId, actor.accountId, now, mfa ? 1 : 0, now, now + 30 * 86_400_000, now),
  ]);
  return { actor, email, token: await signAccessToken(settings(), actor, { now: () => now }) };
}
