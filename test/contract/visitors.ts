import { randomUUID } from 'node:crypto';
import type { World } from '../world.ts';
import { PICTURE } from './pictures.ts';
import { type Pool, PUBLISHED } from './pool.ts';
import type { Send, Wire } from './wire.ts';

/**
 * The people behind the requests. They lose their sessions, their keys and their accounts on the way; whoever
 * has to come back logs in again, or registers as somebody new.
 */
export const PASSWORD = 'gravel-teapot-91';

export type Visitor = {
  readonly email: string;
  readonly token: string;
  readonly key: string;
};
export type Stay = { readonly place: string; readonly checkIn: string; readonly checkOut: string };
type Tokens = { accessToken: string; user: { id: string } };

const SCOPES = [
  ...['profile', 'messages', 'properties:read', 'properties:write'],
  ...['bookings:read', 'bookings:write', 'payments:write'],
];
const PLACE = {
  title: 'A cottage by the lake',
  description: 'Two rooms under old trees, with a jetty of its own and a boat for those who row.',
  type: 'house',
  address: { line1: 'Moi South Lake Road 7', city: 'Naivasha', region: 'Nakuru', country: 'KE' },
  location: { lat: -0.7667, lng: 36.4333 },
  guests: 50,
  beds: 3,
  amenities: ['wifi'],
};
const RATES = { currency: 'KES', nightly: 850_000, promotions: [{ code: 'LAKE', percentOff: 12.5 }] };

export function createVisitors(world: World, send: Send) {
  const ask = async (wire: Omit<Wire, 'headers'>, headers: Record<string, string>, token?: string) => {
    const own = { 'cf-connecting-ip': randomUUID(), ...(token ? { authorization: `Bearer ${token}` } : {}) };
    const answer = await send({ ...wire, headers: { ...headers, ...own } });
    return { status: answer.status, body: answer.text === '' ? {} : JSON.parse(answer.text) };
  };
  const tell = (method: string, target: string, body: unknown, token?: string) =>
    ask(
      { method, target, body: Buffer.from(JSON.stringify(body)) },
      { 'content-type': 'application/json', 'if-match': '*' },
      token,
    );
  const post = (target: string, body: unknown, token?: string) => tell('POST', target, body, token);

  const register = async (): Promise<{ email: string; tokens: Tokens }> => {
    const email = `v${randomUUID().replaceAll('-', '')}@roost.test`;
    await post('/v1/auth/register', { email, password: PASSWORD, name: 'Visitor' });
    const { code } = await patiently(() => world.nextMail(email));
    const { status, body } = await post('/v1/auth/verify-email', { email, code });
    if (status !== 200) throw new Error(`A visitor could not register: ${JSON.stringify(body)}`);
    return { email, tokens: body };
  };

  const settle = async (pool: Pool, email: string, tokens: Tokens): Promise<Visitor> => {
    const { body: hosting } = await post('/v1/me/host', {}, tokens.accessToken);
    const { body } = await post('/v1/api-keys', { name: 'Key', scopes: SCOPES }, hosting.accessToken);
    pool.put('email', email);
    pool.harvest(hosting, email);
    pool.harvest(body, email);
    return { email, token: hosting.accessToken, key: body.key };
  };

  /** Complete but for its price. */
  const furnish = async (pool: Pool, { email, token }: Visitor): Promise<string> => {
    const { body: place } = await post('/v1/properties', PLACE, token);
    const upload = { method: 'POST', target: `/v1/properties/${place.id}/images`, body: PICTURE.bytes };
    const { body: image } = await ask(upload, { 'content-type': PICTURE.type }, token);
    for (const answer of [place, image]) pool.harvest(answer, email, place.id);
    return place.id;
  };

  /** What some nights cost, signed. */
  const quote = async (pool: Pool, { place, ...nights }: Stay): Promise<string> => {
    const { status, body } = await post(`/v1/properties/${place}/quotes`, {
      ...nights,
      guests: { adults: 2 },
    });
    if (status !== 200) throw new Error(`A stay has no price: ${JSON.stringify(body)}`);
    pool.harvest(body, null, place);
    return body.quote;
  };

  return {
    async arrive(pool: Pool): Promise<Visitor> {
      const { email, tokens } = await register();
      pool.put('password', PASSWORD);
      pool.put('currentPassword', PASSWORD);
      return settle(pool, email, tokens);
    },

    /** A place that everybody can look at and ask the price of; its id. */
    async publish(pool: Pool, visitor: Visitor): Promise<string> {
      const id = await furnish(pool, visitor);
      await tell('PUT', `/v1/properties/${id}/rates`, RATES, visitor.token);
      const { status, body } = await post(`/v1/properties/${id}/publish`, {}, visitor.token);
      if (status !== 200) throw new Error(`A place could not be published: ${JSON.stringify(body)}`);
      pool.harvest(RATES, visitor.email, id);
      pool.put(PUBLISHED, id);
      return id;
    },

    quote,

    /** Nights at somebody else's place, kept until they are paid; the booking's id. */
    async book(pool: Pool, { email, token }: Visitor, stay: Stay): Promise<string> {
      const sent = Buffer.from(
        JSON.stringify({ quote: await quote(pool, stay), message: 'We come by boat' }),
      );
      const { status, body } = await ask(
        { method: 'POST', target: '/v1/bookings', body: sent },
        { 'content-type': 'application/json', 'idempotency-key': randomUUID() },
        token,
      );
      if (status !== 201) throw new Error(`A place could not be booked: ${JSON.stringify(body)}`);
      pool.harvest(body, email);
      return body.id;
    },

    /** A place that nobody may change any more; its id. */
    async archive(pool: Pool, visitor: Visitor): Promise<string> {
      const id = await furnish(pool, visitor);
      const { status, body } = await tell('DELETE', `/v1/properties/${id}`, {}, visitor.token);
      if (status !== 204) throw new Error(`A place could not be archived: ${JSON.stringify(body)}`);
      return id;
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
