import { randomUUID } from 'node:crypto';
import type { World } from '../world.ts';
import type { Pool } from './pool.ts';
import type { Send } from './wire.ts';

/**
 * The people behind the requests. They lose their sessions, their keys and their accounts on the way; whoever
 * has to come back logs in again, or registers as somebody new.
 */
export const PASSWORD = 'gravel-teapot-91';

export type Visitor = { email: string; token: string; key: string };
type Tokens = { accessToken: string; user: { id: string } };

export function createVisitors(world: World, send: Send) {
  const post = async (target: string, body: unknown, token?: string) => {
    const headers = {
      'content-type': 'application/json',
      'cf-connecting-ip': randomUUID(),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const answer = await send({ method: 'POST', target, headers, body: Buffer.from(JSON.stringify(body)) });
    return { status: answer.status, body: answer.text === '' ? {} : JSON.parse(answer.text) };
  };

  const register = async (): Promise<{ email: string; tokens: Tokens }> => {
    const email = `v${randomUUID().replaceAll('-', '')}@roost.test`;
    await post('/v1/auth/register', { email, password: PASSWORD, name: 'Visitor' });
    const { code } = await patiently(() => world.nextMail(email));
    const { status, body } = await post('/v1/auth/verify-email', { email, code });
    if (status !== 200) throw new Error(`A visitor could not register: ${JSON.stringify(body)}`);
    return { email, tokens: body };
  };

  const settle = async (pool: Pool, email: string, tokens: Tokens): Promise<Visitor> => {
    const scopes = ['profile', 'messages'];
    const { body } = await post('/v1/api-keys', { name: 'Key', scopes }, tokens.accessToken);
    pool.put('email', email);
    pool.harvest(tokens, email);
    pool.harvest(body, email);
    return { email, token: tokens.accessToken, key: body.key };
  };

  return {
    async arrive(pool: Pool): Promise<Visitor> {
      const { email, tokens } = await register();
      pool.put('password', PASSWORD);
      pool.put('currentPassword', PASSWORD);
      return settle(pool, email, tokens);
    },

    /** The same person with a new session if the password still opens one, otherwise somebody else. */
    async comeBack(pool: Pool, { email }: Visitor): Promise<Visitor> {
      const { status, body } = await post('/v1/auth/login', { email, password: PASSWORD });
      return status === 200 ? settle(pool, email, body) : this.arrive(pool);
    },
  };
}

/** The mails of everybody else are on their way too, and the machine may be busy. */
async function patiently<T>(wait: () => Promise<T>, tries = 5): Promise<T> {
  return wait().catch((error) => {
    if (tries <= 1) throw error;
    return patiently(wait, tries - 1);
  });
}
