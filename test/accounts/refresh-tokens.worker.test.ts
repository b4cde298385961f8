import { and, eq, isNull } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { InvalidRefreshToken } from '../../src/accounts/errors.ts';
import { refreshTokens } from '../../src/accounts/refresh-tokens.ts';
import {
  RETRY_GRACE_MS,
  refreshToken,
  resetToken,
  SESSION_LIFE_MS,
  SESSION_MAX_LIFE_MS,
} from '../../src/accounts/rules.ts';
import { account, session } from '../../src/accounts/tables.ts';
import type { Account } from '../../src/accounts/to-user.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../src/kernel/clock.ts';
import { newId } from '../../src/kernel/ids.ts';
import { verifyAccessToken } from '../../src/platform/access-token.ts';
import { audit } from '../../src/platform/tables.ts';
import { everything } from '../worker/ground.ts';
import {
  clock,
  costOf,
  db,
  expectRefusal,
  keyring,
  logIn,
  newMember,
  newPerson,
  shared,
  stranger,
} from './people.ts';

const refresh = (token: string) => refreshTokens(stranger(), { refreshToken: token });
const refused = (token: string) => expectRefusal(InvalidRefreshToken, () => refresh(token));
const sessionRow = async (id: string) => (await db.select().from(session).where(eq(session.id, id)))[0];
const endings = (id: string) => db.select().from(audit).where(eq(audit.subject, id));

test('a refresh token is exchanged for new tokens in one trip to the database', async () => {
  const member = await newMember();
  const ctx = stranger();
  const tokens = await refreshTokens(ctx, { refreshToken: member.refreshToken });
  expect(costOf(ctx)).toEqual({ d1Trips: 1 });

  expect(tokens).toMatchObject({ tokenType: 'Bearer', expiresIn: 900, user: { id: member.id } });
  expect(tokens.refreshToken).toBe(refreshToken(keyring, member.actor.sessionId, 2));
  expect(await verifyAccessToken(shared, tokens.accessToken, clock)).toEqual(member.actor);
  expect(await sessionRow(member.actor.sessionId)).toMatchObject({ generation: 2, retried: false });
});

test('new tokens carry what the account may do now, and still the moment when its owner logged in', async () => {
  const member = await newMember();
  clock.advance(HOUR);
  await db
    .update(account)
    .set({ isHost: true, roles: ['staff'] })
    .where(eq(account.id, member.id));
  await db.update(session).set({ mfa: true }).where(eq(session.id, member.actor.sessionId));
  const { accessToken, user } = await refresh(member.refreshToken);
  const actor = await verifyAccessToken(shared, accessToken, clock);
  expect(actor).toEqual({ ...member.actor, isHost: true, roles: ['staff'], mfa: true });
  expect(user).toMatchObject({ isHost: true, roles: ['staff'] });
});

test('a session lives for 30 days after its last refresh, and for 180 days at most', async () => {
  const member = await newMember();
  const created = clock.now();
  let { refreshToken: token } = member;
  for (let days = 29; days <= 174; days += 29) {
    clock.advance(29 * DAY);
    ({ refreshToken: token } = await refresh(token));
    const row = await sessionRow(member.actor.sessionId);
    expect(row?.expiresAt).toBe(Math.min(clock.now() + SESSION_LIFE_MS, created + SESSION_MAX_LIFE_MS));
  }
  clock.advance(6 * DAY - 1);
  ({ refreshToken: token } = await refresh(token));
  clock.advance(1);
  await refused(token);
});

test('a session that nobody refreshed for 30 days is over', async () => {
  const member = await newMember();
  clock.advance(SESSION_LIFE_MS);
  await refused(member.refreshToken);
});

test('what is not exactly a refresh token of ours is refused before the database is asked', async () => {
  const member = await newMember();
  const other = await newMember();
  const { sessionId } = member.actor;
  const [, , mac = ''] = member.refreshToken.split('.');
  const [, , otherMac = ''] = other.refreshToken.split('.');
  const flipped = `${mac.slice(0, 20)}${mac[20] === 'A' ? 'B' : 'A'}${mac.slice(21)}`;
  const bad = [
    '',
    'rt_',
    'rt_a.b.c',
    member.refreshToken.slice(3),
    member.refreshToken.slice(0, -1),
    `${member.refreshToken}=`,
    `${member.refreshToken}A`,
    ` ${member.refreshToken}`,
    `${member.refreshToken}\n`,
    member.refreshToken.toUpperCase(),
    `rt_${sessionId}.1.${flipped}`,
    `rt_${sessionId}.1.${otherMac}`,
    `rt_${sessionId}.2.${mac}`,
    `rt_${sessionId}.01.${mac}`,
    `rt_${sessionId}.1e0.${mac}`,
    `rt_${sessionId}.0.${keyring.mac('refresh-token', sessionId, 0)}`,
    `rt_${sessionId}.1.${keyring.mac('refresh-token', sessionId, '1')}`,
    `rt_${sessionId}.1.${keyring.mac('challenge', sessionId, 1)}`,
    `rt_${other.actor.sessionId}.1.${mac}`,
    `rt_${resetToken(keyring, sessionId)}`,
  ];
  const before = await everything();
  for (const token of bad) {
    const ctx = stranger();
    await expect(refreshTokens(ctx, { refreshToken: token }), token).rejects.toThrow(
      InvalidRefreshToken.code,
    );
    expect(costOf(ctx), token).toEqual({});
  }
  expect(await everything()).toEqual(before);
});

test('the token of a session that is not there, or was ended, opens nothing', async () => {
  const member = await newMember();
  const { sessionId } = member.actor;
  await db.update(session).set({ endedAt: 1, endedBecause: 'logout' }).where(eq(session.id, sessionId));
  await refused(member.refreshToken);
  await refused(refreshToken(keyring, 'ses_00000000000000000000000000', 1));
});

test('a suspended or erased account gets no tokens, and its session is as it was', async () => {
  for (const status of ['suspended', 'erased'] as const) {
    const member = await newMember();
    await db.update(account).set({ status }).where(eq(account.id, member.id));
    await refused(member.refreshToken);

    await db.update(account).set({ status: 'active' }).where(eq(account.id, member.id));
    await refresh(member.refreshToken);
    await db.update(account).set({ status }).where(eq(account.id, member.id));
    await refused(member.refreshToken);
  }
});

test('when an answer was lost, the token works once more within 10 seconds and gives the same successor', async () => {
  const member = await newMember();
  const lost = await refresh(member.refreshToken);
  clock.advance(RETRY_GRACE_MS - 1);
  const ctx = stranger();
  const repeated = await refreshTokens(ctx, { refreshToken: member.refreshToken });
  expect(costOf(ctx)).toEqual({ d1Trips: 1 });
  expect(repeated.refreshToken).toBe(lost.refreshToken);
  expect(await endings(member.actor.sessionId)).toEqual([]);

  const next = await refresh(repeated.refreshToken);
  expect((await refresh(lost.refreshToken)).refreshToken).toBe(next.refreshToken);
});

test('a token shown again after 10 seconds, or a third time, ends the session and is written down', async () => {
  const third = async () => {
    const member = await newMember();
    const { refreshToken: successor } = await refresh(member.refreshToken);
    await refresh(member.refreshToken);
    return { ...member, successor };
  };
  const late = async () => {
    const member = await newMember();
    const { refreshToken: successor } = await refresh(member.refreshToken);
    clock.advance(RETRY_GRACE_MS);
    return { ...member, successor };
  };
  const older = async () => {
    const member = await newMember();
    const { refreshToken: second } = await refresh(member.refreshToken);
    const { refreshToken: successor } = await refresh(second);
    return { ...member, successor };
  };
  for (const steal of [third, late, older]) {
    const { actor, refreshToken: stolen, successor } = await steal();
    const ctx = stranger();
    const attempt = refreshTokens(ctx, { refreshToken: stolen });
    await expect(attempt).rejects.toThrow(InvalidRefreshToken.code);
    expect(costOf(ctx)).toEqual({ d1Trips: 1 });

    const row = await sessionRow(actor.sessionId);
    expect(row).toMatchObject({ endedAt: clock.now(), endedBecause: 'reuse' });
    expect(await endings(actor.sessionId)).toMatchObject([{ action: 'session.ended', reason: 'reuse' }]);
    await refused(successor);
    await refused(stolen);
  }
});

test('the end of a stolen session leaves the other sessions of the account alone', async () => {
  const member = await newMember();
  const phone = await logIn(member);
  await refresh(member.refreshToken);
  clock.advance(MINUTE);
  await expect(refresh(member.refreshToken)).rejects.toThrow(InvalidRefreshToken.code);
  await expect(refresh(phone.refreshToken)).resolves.toMatchObject({ user: { id: member.id } });
});

test('of 50 refreshes at the same moment with one token two get the same successor, and the session ends', async () => {
  const member = await newMember();
  const attempts = await Promise.allSettled(Array.from({ length: 50 }, () => refresh(member.refreshToken)));
  const given = attempts.flatMap((one) => (one.status === 'fulfilled' ? [one.value.refreshToken] : []));
  const successor = refreshToken(keyring, member.actor.sessionId, 2);
  expect(given).toEqual([successor, successor]);
  const refusals = attempts.flatMap((one) => (one.status === 'rejected' ? [one.reason.message] : []));
  expect(new Set(refusals)).toEqual(new Set([InvalidRefreshToken.code]));

  expect(await endings(member.actor.sessionId)).toMatchObject([{ action: 'session.ended', reason: 'reuse' }]);
  await refused(successor);
});

test('of two refreshes at the same moment both succeed with one successor, and the session goes on', async () => {
  const member = await newMember();
  const [one, two] = await Promise.all([refresh(member.refreshToken), refresh(member.refreshToken)]);
  expect(one?.refreshToken).toBe(two?.refreshToken);
  await expect(refresh(one?.refreshToken as string)).resolves.toMatchObject({ user: { id: member.id } });
});

/**
 * All interleavings of an owner and a thief who start with the same token. Sequences that led to the same
 * row and the same tokens in the same hands are walked on together; how many they are is counted.
 */
type Who = 'owner' | 'thief';
type Hand = { newest: number; former: number | null };
type Action = { who: Who; shows: 'newest' | 'former' } | 'wait';
type World = {
  /** The facts as a bystander would note them: the newest generation, and what became of the one before. */
  newest: number;
  usesOfFormer: number;
  sinceRotationMs: number;
  dead: boolean;
  hands: Record<Who, Hand>;
};
const WAIT_MS = 11 * SECOND;
const STEPS = 6;
const ACTIONS: readonly Action[] = [
  { who: 'owner', shows: 'newest' },
  { who: 'owner', shows: 'former' },
  { who: 'thief', shows: 'newest' },
  { who: 'thief', shows: 'former' },
  'wait',
];

/** What has to happen, said without the session's columns. */
function foresee(world: World, generation: number): { given: number | null; dies: boolean } {
  if (world.dead) return { given: null, dies: false };
  if (generation === world.newest) return { given: generation + 1, dies: false };
  const isLostAnswer =
    generation === world.newest - 1 && world.usesOfFormer === 1 && world.sinceRotationMs < 10 * SECOND;
  return isLostAnswer ? { given: world.newest, dies: false } : { given: null, dies: true };
}

function after(world: World, who: Who, generation: number): World {
  const { given, dies } = foresee(world, generation);
  if (given === null) return { ...world, dead: world.dead || dies };
  const hands = { ...world.hands, [who]: { newest: given, former: generation } };
  return given > world.newest
    ? { ...world, hands, newest: given, usesOfFormer: 1, sinceRotationMs: 0 }
    : { ...world, hands, usesOfFormer: world.usesOfFormer + 1 };
}

type Reached = { world: World /** In how many ways. */; paths: number };
type Move = Reached & { shown: { who: Who; generation: number } | null; next: World };

const movesFrom = ({ world, paths }: Reached): Move[] =>
  ACTIONS.flatMap((action): Move[] => {
    if (action === 'wait') return [{ world, paths, shown: null, next: waited(world) }];
    const { who } = action;
    const generation = world.hands[who][action.shows];
    if (generation === null) return [];
    return [{ world, paths, shown: { who, generation }, next: after(world, who, generation) }];
  });

const waited = (world: World): World => ({ ...world, sinceRotationMs: WAIT_MS });

/** Sessions as they stand in these worlds, made straight in the database. */
async function stage(owner: Pick<Account, 'id'>, worlds: readonly World[]): Promise<string[]> {
  const now = clock.now();
  const rows = worlds.map((world) => ({
    id: newId('ses', now),
    accountId: owner.id,
    generation: world.newest,
    rotatedAt: now - world.sinceRotationMs,
    retried: world.usesOfFormer > 1,
    mfa: false,
    authenticatedAt: now,
    expiresAt: now + DAY,
    createdAt: now,
    ...(world.dead ? ({ endedAt: now, endedBecause: 'reuse' } as const) : {}),
  }));
  const [insert, ...others] = rows.map((row) => db.insert(session).values(row));
  if (insert) await db.batch([insert, ...others]);
  return rows.map(({ id }) => id);
}

const show = (sessionId: string, generation: number): Promise<string> =>
  refresh(refreshToken(keyring, sessionId, generation)).then(
    (tokens) => tokens.refreshToken,
    (error: Error) => error.message,
  );

type Shown = { world: World; who: Who; generation: number };

/** Each of these on a session of its own: what comes back, and what is left behind, is what was foreseen. */
async function expectForeseen(owner: Pick<Account, 'id'>, all: readonly Shown[]): Promise<void> {
  const ids = await stage(
    owner,
    all.map(({ world }) => world),
  );
  const given = await Promise.all(all.map(({ generation }, index) => show(ids[index] as string, generation)));
  const rows = await db.select().from(session).where(eq(session.accountId, owner.id));
  const audits = await db.select().from(audit).where(eq(audit.reason, 'reuse'));
  for (const [index, { world, who, generation }] of all.entries()) {
    const id = ids[index] as string;
    const { given: successor, dies } = foresee(world, generation);
    const next = after(world, who, generation);
    const answer = successor === null ? InvalidRefreshToken.code : refreshToken(keyring, id, successor);
    const row = rows.find((one) => one.id === id);
    expect({
      answer: given[index],
      row,
      audits: audits.filter(({ subject }) => subject === id).length,
    }).toEqual({
      answer,
      row: expect.objectContaining({
        generation: next.newest,
        retried: next.usesOfFormer > 1,
        rotatedAt: clock.now() - next.sinceRotationMs,
        endedBecause: next.dead ? 'reuse' : null,
      }),
      audits: dies ? 1 : 0,
    });
  }
}

const inBothHands: Hand = { newest: 1, former: null };
const start: World = {
  newest: 1,
  usesOfFormer: 0,
  sinceRotationMs: 0,
  dead: false,
  hands: { owner: inBothHands, thief: inBothHands },
};
const reached = new Map<string, World>([[JSON.stringify(start), start]]);

test('a stolen token never gives two living lines: every interleaving of owner and thief, six steps', async () => {
  const owner = await newPerson();
  let interleavings = 0;
  let level: Reached[] = [{ world: start, paths: 1 }];
  const tried = new Set<string>();
  for (let step = 1; step <= STEPS; step += 1) {
    const moves = level.flatMap(movesFrom);
    const fresh = moves.flatMap(({ world, shown }) => {
      const key = JSON.stringify([world, shown]);
      if (shown === null || tried.has(key)) return [];
      tried.add(key);
      return [{ world, ...shown }];
    });
    await expectForeseen(owner, fresh);

    const merged = new Map<string, Reached>();
    for (const { next, paths } of moves) {
      const key = JSON.stringify(next);
      merged.set(key, { world: next, paths: paths + (merged.get(key)?.paths ?? 0) });
      reached.set(key, next);
    }
    level = [...merged.values()];
    interleavings += moves.reduce((sum, { paths }) => sum + paths, 0);
  }
  // Fewer would mean that the walk was cut short.
  expect({ interleavings, worlds: reached.size, shown: tried.size }).toEqual({
    interleavings: 4686,
    worlds: 131,
    shown: 298,
  });
});

test('wherever a theft has led, once both have come back in their own time the session is dead', async () => {
  const owner = await newPerson();
  const worlds = [...reached.values()].filter(({ dead }) => !dead);
  const ids = await stage(owner, worlds);
  // Whoever comes first: with every world that was reached, so was its mirror image.
  for (const who of ['owner', 'thief'] as const) {
    clock.advance(WAIT_MS);
    await Promise.all(worlds.map(({ hands }, index) => show(ids[index] as string, hands[who].newest)));
  }

  const alive = await db
    .select({ id: session.id })
    .from(session)
    .where(and(eq(session.accountId, owner.id), isNull(session.endedAt)));
  expect(alive).toEqual([]);
});
