import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import { standingOf } from '../../src/accounts/index.ts';
import { account } from '../../src/accounts/tables.ts';
import type { SessionActor } from '../../src/kernel/actor.ts';
import { DAY, MINUTE } from '../../src/kernel/clock.ts';
import { doJob } from '../../src/privacy/do-job.ts';
import { eraseMe } from '../../src/privacy/erase-me.ts';
import { forgetExpired } from '../../src/privacy/forget-expired.ts';
import { getExport } from '../../src/privacy/get-export.ts';
import { requestExport } from '../../src/privacy/request-export.ts';
import { saveSearch } from '../../src/search/saved/save-search.ts';
import { everything, testClock, testContext } from '../worker/ground.ts';
import { person } from '../worker/people.ts';

const clock = testClock();
const jobs: { id: string }[] = [];
const queue = { send: async (message: { id: string }) => void jobs.push(message) } as unknown as Queue;
const deaf = { send: async () => {} } as unknown as Queue;
const as = (actor: SessionActor) => ({
  ...testContext({ actor, clock, bindings: { JOBS_QUEUE: queue, MAIL_QUEUE: deaf } }),
  standing: standingOf(actor, clock.now()),
});
const runJobs = async () => {
  for (const job of jobs.splice(0)) {
    const ctx = testContext({ clock, actor: { kind: 'system', job: 'queue:jobs' } });
    await doJob(ctx, job);
    await doJob(ctx, job);
  }
};

describe('a copy of everything about me', () => {
  test('is made by a job, and has what is known and nothing that admits anybody', async () => {
    const { actor, email } = await person('export', { now: clock.now() });
    await saveSearch(as(actor), { name: 'By the lake', query: { q: 'lake' } });
    const ctx = as(actor);
    expect(await requestExport(ctx)).toMatchObject({ status: 'preparing' });
    await ctx.settle();
    expect(await getExport(as(actor))).toMatchObject({ status: 'preparing' });
    await runJobs();

    const ready = await getExport(as(actor));
    expect(ready).toMatchObject({
      status: 'ready',
      data: {
        account: { id: actor.accountId, email, sessions: [{ id: actor.sessionId }] },
        savedSearches: [{ name: 'By the lake', query: { q: 'lake' }, state: 'watching', toldAt: null }],
      },
    });
    expect(JSON.stringify(ready)).not.toMatch(/scrypt|password|digest/i);
  });

  test('is not there for somebody who did not ask, and is gone after a week', async () => {
    const { actor } = await person('nobody', { now: clock.now() });
    await expect(getExport(as(actor))).rejects.toThrow('privacy.export_not_found');

    const ctx = as(actor);
    await requestExport(ctx);
    await ctx.settle();
    await runJobs();
    expect((await env.ARCHIVE.list({ prefix: `exports/${actor.accountId}/` })).objects).toHaveLength(1);
    clock.advance(8 * DAY);
    await forgetExpired(testContext({ clock, actor: { kind: 'system', job: 'cron' } }));
    expect((await env.ARCHIVE.list({ prefix: `exports/${actor.accountId}/` })).objects).toEqual([]);
    await expect(getExport(as(actor))).rejects.toThrow('privacy.export_not_found');
  });
});

describe('being forgotten', () => {
  test('leaves no word of the person in any table, file or cache, and keeps the row that others point at', async () => {
    const { actor, email } = await person('forgetme', { now: clock.now() });
    const ctx = as(actor);
    await createApiKey(ctx, { name: 'forgetme key', scopes: ['profile'] });
    await saveSearch(as(actor), { name: 'forgetme search', query: {} });
    await requestExport(ctx);
    await ctx.settle();
    await runJobs();
    await env.KV.put('api-key:other', 'stays');

    const erasing = as(actor);
    expect(await eraseMe(erasing)).toEqual({ accepted: true });
    await erasing.settle();
    await runJobs();

    const left = JSON.stringify(await everything());
    expect(left).not.toContain('forgetme');
    expect(left).not.toContain(email);
    expect(left).not.toContain(actor.sessionId);
    expect((await env.ARCHIVE.list({ prefix: `exports/${actor.accountId}/` })).objects).toEqual([]);
    expect((await env.KV.list()).keys.map(({ name }) => name)).toEqual(['api-key:other']);
    const [row] = await testContext().db.select().from(account).where(eq(account.id, actor.accountId));
    expect(row).toMatchObject({ status: 'erased', email: null, name: 'Former member', passwordHash: null });
  });

  test('is refused while something is open, names it, and nothing happens', async () => {
    const { actor } = await person('boss', { now: clock.now(), roles: ['staff'], mfa: true });
    const before = await everything();
    const attempt = eraseMe(as(actor));
    await expect(attempt).rejects.toThrow('privacy.open_business');
    await expect(attempt).rejects.toHaveProperty('details', { extra: { open: ['role:staff'] } });
    expect(await everything()).toEqual(before);
  });

  test('needs somebody who has just logged in', async () => {
    const { actor } = await person('stale', { now: clock.now() });
    clock.advance(16 * MINUTE);
    const before = await everything();
    await expect(eraseMe(as(actor))).rejects.toThrow('auth.recent_login_required');
    expect(await everything()).toEqual(before);
  });
});

test('what was kept for a while only is forgotten when the while is over, and not a day before', async () => {
  const now = clock.now();
  const plant = (table: string, columns: string, values: unknown[]) =>
    env.DB.prepare(`INSERT INTO ${table} (${columns}) VALUES (${values.map(() => '?').join()})`).bind(
      ...values,
    );
  await env.DB.batch([
    plant('registration', 'id, email, name, password_hash, code_mailed_at, created_at', [
      'reg_old',
      'o@example.com',
      'O',
      'x',
      now,
      now - 31 * DAY,
    ]),
    plant('registration', 'id, email, name, password_hash, code_mailed_at, created_at', [
      'reg_new',
      'n@example.com',
      'N',
      'x',
      now,
      now - 29 * DAY,
    ]),
    plant('spent', 'digest, expires_at', ['old', now - 1]),
    plant('spent', 'digest, expires_at', ['new', now + MINUTE]),
    plant('inbox', 'message_id, at', ['old', now - 15 * DAY]),
    plant('inbox', 'message_id, at', ['new', now - 13 * DAY]),
  ]);
  await forgetExpired(testContext({ clock, actor: { kind: 'system', job: 'cron' } }));
  const left = await everything();
  expect(left.registration).toMatchObject([{ id: 'reg_new' }]);
  expect(left.spent).toMatchObject([{ digest: 'new' }]);
  expect(left.inbox).toMatchObject([{ message_id: 'new' }]);
});
