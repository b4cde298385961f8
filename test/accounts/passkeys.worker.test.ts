import { Buffer } from 'node:buffer';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { addPasskey } from '../../src/accounts/add-passkey.ts';
import { issueChallenge } from '../../src/accounts/challenge.ts';
import {
  AccountSuspended,
  PasskeyNotFound,
  PasskeyRefused,
  PasskeyTaken,
  RecentLoginRequired,
  TooManyPasskeys,
} from '../../src/accounts/errors.ts';
import { listPasskeys } from '../../src/accounts/list-passkeys.ts';
import { passkeyLogin } from '../../src/accounts/passkey-login.ts';
import { removePasskey } from '../../src/accounts/remove-passkey.ts';
import { CHALLENGE_LIFE_MS, MAX_PASSKEYS } from '../../src/accounts/rules.ts';
import { startPasskey } from '../../src/accounts/start-passkey.ts';
import { startPasskeyLogin } from '../../src/accounts/start-passkey-login.ts';
import { account, passkey, session } from '../../src/accounts/tables.ts';
import { MINUTE, toInstant } from '../../src/kernel/clock.ts';
import type { Refusal } from '../../src/kernel/errors.ts';
import { verifyAccessToken } from '../../src/platform/access-token.ts';
import { StateMoved } from '../../src/platform/errors.ts';
import { everything } from '../worker/ground.ts';
import { Authenticator, CERTIFIED, type Lies, ORIGIN } from './authenticator.ts';
import {
  as,
  clock,
  costOf,
  db,
  expectRefusal,
  keyring,
  newMember,
  overtakenBy,
  queued,
  shared,
  stranger,
} from './people.ts';

type Member = Awaited<ReturnType<typeof newMember>>;
type Started = { challengeToken: string; options: { challenge: string } };

const startAdding = (member: Member): Promise<Started> => startPasskey(as(member.actor));
const startLogin = (): Promise<Started> => startPasskeyLogin(stranger());

function add(member: Member, started: Started, phone: Authenticator, lies: Lies = {}) {
  const credential = phone.create(started.options.challenge, lies);
  return addPasskey(as(member.actor), { challengeToken: started.challengeToken, credential });
}

function enter(started: Started, phone: Authenticator, lies: Lies = {}) {
  const credential = phone.get(started.options.challenge, lies);
  return passkeyLogin(stranger(), { challengeToken: started.challengeToken, credential });
}

/** A member with a passkey on their phone. */
async function newOwner() {
  const member = await newMember();
  const phone = new Authenticator();
  const { id } = await add(member, await startAdding(member), phone);
  return { ...member, phone, passkeyId: id };
}

const passkeysOf = (member: Member) => db.select().from(passkey).where(eq(passkey.accountId, member.id));
const randomChallenge = () => Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');

test('the options ask the authenticator for a key of this site that verifies its user', async () => {
  const owner = await newOwner();
  const ctx = as(owner.actor);
  const { options } = await startPasskey(ctx);
  expect(costOf(ctx)).toEqual({ d1Trips: 2 });
  expect(options).toMatchObject({
    rp: { id: 'localhost', name: 'Roost' },
    user: { name: owner.email },
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
    excludeCredentials: [{ id: owner.phone.credentialId.toString('base64url'), transports: ['internal'] }],
  });

  const asking = stranger();
  const login = await startPasskeyLogin(asking);
  expect(costOf(asking)).toEqual({});
  expect(login.options).toMatchObject({ rpId: 'localhost', userVerification: 'required' });
  expect(login.options.allowCredentials ?? []).toEqual([]);
});

test('a passkey is added in one trip, named, told to its owner by mail, and listed', async () => {
  const member = await newMember();
  const started = await startAdding(member);
  const credential = new Authenticator().create(started.options.challenge);
  const ctx = as(member.actor);
  const { challengeToken } = started;
  const added = await addPasskey(ctx, { challengeToken, credential, name: 'Work phone' });
  expect(costOf(ctx)).toEqual({ d1Trips: 1 });
  await ctx.settle();
  expect(queued.at(-1)).toMatchObject({ notice: 'passkey_added', accountId: member.id });
  const createdAt = toInstant(clock.now());
  expect(added).toEqual({
    id: expect.stringMatching(/^psk_/),
    name: 'Work phone',
    createdAt,
    lastUsedAt: null,
  });

  const listing = as(member.actor);
  expect(await listPasskeys(listing)).toEqual({ data: [added], nextCursor: null });
  expect(costOf(listing)).toEqual({ d1Trips: 1 });
});

test('a passkey alone logs its owner in, as a session with two factors', async () => {
  const owner = await newOwner();
  clock.advance(MINUTE);
  const started = await startLogin();
  const credential = owner.phone.get(started.options.challenge);
  const ctx = stranger();
  const tokens = await passkeyLogin(ctx, { challengeToken: started.challengeToken, credential });
  expect(costOf(ctx)).toEqual({ d1Trips: 2 });
  expect(tokens.user.id).toBe(owner.id);
  expect(await verifyAccessToken(shared, tokens.accessToken, clock)).toMatchObject({
    accountId: owner.id,
    mfa: true,
    authenticatedAt: clock.now(),
  });
  expect(await passkeysOf(owner)).toMatchObject([{ counter: 1, lastUsedAt: clock.now() }]);
});

test('every origin that may call the API may use passkeys', async () => {
  for (const origin of [shared.origin, ...shared.corsOrigins]) {
    const member = await newMember();
    const phone = new Authenticator();
    await add(member, await startAdding(member), phone, { origin });
    await expect(enter(await startLogin(), phone, { origin })).resolves.toBeDefined();
  }
});

const LIES: readonly [string, Lies][] = [
  ['from a page of another site', { origin: 'https://evil.example' }],
  ['from a page whose name only begins like ours', { origin: `${ORIGIN}.evil.example` }],
  ['from another port', { origin: 'http://localhost:9999' }],
  ['for another site', { rpId: 'evil.example' }],
  ['for another challenge', { challenge: randomChallenge() }],
  ['without a challenge', { challenge: '' }],
  ['without the user verified', { userVerified: false }],
  ['without the user present', { userPresent: false }],
];

test('a passkey that signs for itself is as good as one that nobody vouches for', async () => {
  const member = await newMember();
  const phone = new Authenticator();
  await add(member, await startAdding(member), phone, { attestation: { fmt: 'packed', certified: false } });
  await expect(enter(await startLogin(), phone)).resolves.toBeDefined();
});

test('a passkey that a certificate vouches for is refused, and nothing is stored', async () => {
  const member = await newMember();
  const started = await startAdding(member);
  const before = await everything();
  for (const fmt of CERTIFIED) {
    const addition = add(member, started, new Authenticator(), { attestation: { fmt, certified: true } });
    await expect(addition, fmt).rejects.toThrow(PasskeyRefused.code);
  }
  expect(await everything()).toEqual(before);
});

test('an answer that was given anywhere else, or without its user, adds no passkey', async () => {
  const member = await newMember();
  for (const [what, lies] of [...LIES, ['as a login', { type: 'webauthn.get' }] as [string, Lies]]) {
    const started = await startAdding(member);
    const phone = new Authenticator();
    await expectRefusal(PasskeyRefused, () => add(member, started, phone, lies)).catch((error: Error) => {
      throw new Error(`${what}: ${error.message}`, { cause: error });
    });
  }
});

test('an answer that was given anywhere else, or without its user, logs nobody in', async () => {
  const owner = await newOwner();
  const thief = new Authenticator(owner.phone.credentialId);
  const more: [string, Lies][] = [
    ['as a registration', { type: 'webauthn.create' }],
    ['with another key', { signWith: thief }],
  ];
  for (const [what, lies] of [...LIES, ...more]) {
    const started = await startLogin();
    await expectRefusal(PasskeyRefused, () => enter(started, owner.phone, lies)).catch((error: Error) => {
      throw new Error(`${what}: ${error.message}`, { cause: error });
    });
  }
  const tampered = owner.phone.get((await startLogin()).options.challenge);
  const started = await startLogin();
  await expectRefusal(PasskeyRefused, () =>
    passkeyLogin(stranger(), { challengeToken: started.challengeToken, credential: tampered }),
  );
});

test('what is not an authenticator’s answer at all is refused like any other', async () => {
  const owner = await newOwner();
  const started = await startLogin();
  const adding = await startAdding(owner);
  const good = owner.phone.get(started.options.challenge);
  const { response } = good;
  const strange = [
    { ...good, response: undefined },
    { ...good, response: {} },
    { ...good, response: { ...response, clientDataJSON: '' } },
    { ...good, response: { ...response, clientDataJSON: 'bm90IGpzb24' } },
    { ...good, response: { ...response, authenticatorData: 'AAAA' } },
    { ...good, response: { ...response, signature: 'AAAA' } },
    { ...good, response: { ...response, signature: 7 } },
    { ...good, rawId: 'other' },
    { ...good, id: 'other' },
  ];
  const before = await everything();
  for (const credential of strange) {
    const { challengeToken } = started;
    const login = passkeyLogin(stranger(), { challengeToken, credential } as never);
    await expect(login).rejects.toThrow(PasskeyRefused.code);
    const addition = addPasskey(as(owner.actor), {
      challengeToken: adding.challengeToken,
      credential,
    } as never);
    await expect(addition).rejects.toThrow(PasskeyRefused.code);
  }
  expect(await everything()).toEqual(before);
});

test('a challenge is good once, for adding and for logging in', async () => {
  const member = await newMember();
  const started = await startAdding(member);
  const phone = new Authenticator();
  await add(member, started, phone);
  await expectRefusal(PasskeyRefused, () => add(member, started, new Authenticator()));

  const login = await startLogin();
  await enter(login, phone);
  await expectRefusal(PasskeyRefused, () => enter(login, phone));
});

test('a challenge is good for five minutes, for its own step, and for the member who asked', async () => {
  const owner = await newOwner();
  const other = await newMember();
  const mine = await startAdding(owner);
  await expectRefusal(PasskeyRefused, () => add(other, mine, new Authenticator()));

  const login = await startLogin();
  await expectRefusal(PasskeyRefused, () => add(owner, login, new Authenticator()));
  await expectRefusal(PasskeyRefused, () => enter(mine, owner.phone));
  const { token, challenge } = issueChallenge(keyring, 'mfa', owner.id, clock.now());
  const borrowed = { challengeToken: token, options: { challenge: challenge.nonce } };
  await expectRefusal(PasskeyRefused, () => enter(borrowed, owner.phone));

  const [late, lateLogin] = [await startAdding(owner), await startLogin()];
  clock.advance(CHALLENGE_LIFE_MS);
  await expectRefusal(PasskeyRefused, () => add(owner, late, new Authenticator()));
  await expectRefusal(PasskeyRefused, () => enter(lateLogin, owner.phone));
});

test('a counter that stands still or goes back shows a copy, and lets nobody in', async () => {
  const owner = await newOwner();
  await enter(await startLogin(), owner.phone, { counter: 7 });
  for (const counter of [7, 6, 0]) {
    const started = await startLogin();
    await expectRefusal(PasskeyRefused, () => enter(started, owner.phone, { counter }));
  }
  await expect(enter(await startLogin(), owner.phone, { counter: 8 })).resolves.toBeDefined();
});

test('an authenticator that does not count can log in again and again', async () => {
  const owner = await newOwner();
  for (let n = 0; n < 3; n += 1) {
    await expect(enter(await startLogin(), owner.phone, { counter: 0 })).resolves.toBeDefined();
  }
});

test('two answers with one counter at the same moment are one login', async () => {
  const owner = await newOwner();
  const started = [await startLogin(), await startLogin()];
  const outcomes = await Promise.allSettled(started.map((one) => enter(one, owner.phone, { counter: 1 })));
  expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const refusal = outcomes.find(({ status }) => status === 'rejected') as PromiseRejectedResult;
  expect((refusal.reason as Refusal).message).toBe(StateMoved.code);
  const opened = await db.select().from(session).where(eq(session.accountId, owner.id));
  expect(opened).toHaveLength(2);
});

test('a credential that somebody has registered cannot be registered by another, nor twice', async () => {
  const owner = await newOwner();
  const thief = await newMember();
  const copy = new Authenticator(owner.phone.credentialId);
  for (const member of [thief, owner]) {
    const started = await startAdding(member);
    await expectRefusal(PasskeyTaken, () => add(member, started, copy));
  }
});

test('an account has 20 passkeys at most, also when all are added at the same moment', async () => {
  const member = await newMember();
  const started = await Promise.all(Array.from({ length: MAX_PASSKEYS + 2 }, () => startAdding(member)));
  const outcomes = await Promise.allSettled(started.map((one) => add(member, one, new Authenticator())));
  const codes = outcomes.map((one) =>
    one.status === 'rejected' ? (one.reason as Refusal).message : 'added',
  );
  expect(codes.filter((code) => code === 'added')).toHaveLength(20);
  expect(codes.filter((code) => code === TooManyPasskeys.code)).toHaveLength(2);

  const { data } = await listPasskeys(as(member.actor));
  expect(data).toHaveLength(20);
  const one = await startAdding(member);
  await expectRefusal(TooManyPasskeys, () => add(member, one, new Authenticator()));
  await removePasskey(as(member.actor), { passkeyId: data[0]?.id as string });
  await expect(add(member, one, new Authenticator())).resolves.toBeDefined();
});

test('a removed passkey logs nobody in, and its owner is told by mail', async () => {
  const owner = await newOwner();
  const started = await startLogin();
  const ctx = as(owner.actor);
  await removePasskey(ctx, { passkeyId: owner.passkeyId });
  expect(costOf(ctx)).toEqual({ d1Trips: 1 });
  await ctx.settle();
  expect(queued.at(-1)).toMatchObject({ notice: 'passkey_removed', accountId: owner.id });
  await expectRefusal(PasskeyRefused, () => enter(started, owner.phone));
  await expectRefusal(PasskeyNotFound, () => removePasskey(as(owner.actor), { passkeyId: owner.passkeyId }));
});

test('nobody sees or removes the passkey of another', async () => {
  const owner = await newOwner();
  const other = await newMember();
  expect(await listPasskeys(as(other.actor))).toEqual({ data: [], nextCursor: null });
  await expectRefusal(PasskeyNotFound, () => removePasskey(as(other.actor), { passkeyId: owner.passkeyId }));
});

test('adding and removing a passkey needs a recent login', async () => {
  const owner = await newOwner();
  const started = await startAdding(owner);
  clock.advance(15 * MINUTE + 1);
  await expectRefusal(RecentLoginRequired, () => startAdding(owner));
  await expectRefusal(RecentLoginRequired, () => add(owner, started, new Authenticator()));
  await expectRefusal(RecentLoginRequired, () =>
    removePasskey(as(owner.actor), { passkeyId: owner.passkeyId }),
  );
});

test('a suspended account neither logs in with a passkey nor starts to add one', async () => {
  const owner = await newOwner();
  await db.update(account).set({ status: 'suspended' }).where(eq(account.id, owner.id));
  const started = await startLogin();
  await expectRefusal(AccountSuspended, () => enter(started, owner.phone));
  await expectRefusal(AccountSuspended, () => startAdding(owner));
});

test('a passkey login that is overtaken by a suspension opens nothing', async () => {
  const owner = await newOwner();
  const started = await startLogin();
  const credential = owner.phone.get(started.options.challenge);
  const suspend = () => db.update(account).set({ status: 'suspended' }).where(eq(account.id, owner.id));
  const ctx = stranger({ bindings: overtakenBy(suspend) });
  const attempt = passkeyLogin(ctx, { challengeToken: started.challengeToken, credential });
  await expect(attempt).rejects.toThrow(StateMoved.code);
  expect(await db.select().from(session).where(eq(session.accountId, owner.id))).toHaveLength(1);
});
