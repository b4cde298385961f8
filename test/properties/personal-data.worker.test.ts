import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { finishErasure } from '../../src/privacy/finish-erasure.ts';
import { exportPrefix } from '../../src/privacy/rules.ts';
import { describeProperties, finishErasingProperties } from '../../src/properties/personal-data.ts';
import { everything, testContext } from '../worker/ground.ts';
import {
  answer,
  ask,
  COTTAGE,
  contextOf,
  draft,
  help,
  newGuest,
  newHost,
  PRIVATE,
  published,
  refusal,
} from './places.ts';

test('a copy of everything about me has my places, those I help with, and what I like', async () => {
  const [me, other] = [await newHost(), await newHost()];
  const own = await draft(me);
  const helped = await published(other);
  await help(other, helped.id, me, 'calendar');
  await answer('PUT', `/v1/me/favourites/${helped.id}`, { as: me });
  const known = await describeProperties(contextOf().db, me.actor.accountId);
  expect(known).toMatchObject({
    properties: [{ id: own.id, address: COTTAGE.address, accessInstructions: COTTAGE.accessInstructions }],
    coHostOf: [{ propertyId: helped.id, access: 'calendar' }],
    favourites: [{ propertyId: helped.id }],
  });
});

test('who has something published is not erased, and hears what; afterwards no exact place is left', async () => {
  const [me, guest] = [await newHost(), await newGuest()];
  const { id } = await published(me);
  await draft(me);
  await answer('PUT', `/v1/me/favourites/${id}`, { as: me });
  expect(await refusal('DELETE', '/v1/me', { as: me })).toMatchObject({
    code: 'privacy.open_business',
    open: [`property:${id}`],
  });
  await answer('POST', `/v1/properties/${id}/unpublish`, { as: me });
  expect((await ask('DELETE', '/v1/me', { as: me })).status).toBe(202);

  const { favourite = [], property = [] } = await everything();
  const mine = (row: unknown) => JSON.stringify(row).includes(me.actor.accountId);
  expect(favourite.filter(mine)).toEqual([]);
  const left = property.filter(mine);
  expect(left).toHaveLength(2);
  for (const word of [...PRIVATE, 'KE-4711']) expect(JSON.stringify(left), word).not.toContain(word);
  expect((await ask('GET', `/v1/properties/${id}`, { as: guest })).status).toBe(404);
  expect(await env.KV.get(`property/${id}`)).toBeNull();
});

test('after that the pictures, the feeds and their nights, and the work for others are gone, done once or twice', async () => {
  const [me, other] = [await newHost(), await newHost()];
  const own = await published(me);
  const helped = await published(other);
  await help(other, helped.id, me, 'full');
  const system = () => testContext({ actor: { kind: 'system', job: 'test' } });
  await env.DB.prepare(
    `INSERT INTO feed (id, property_id, name, url, url_digest, asked_at, next_sync_at, created_at)
     VALUES ('fdb_x', ?, 'Other', '', 'x', 0, 0, 0)`,
  )
    .bind(own.id)
    .run();
  const stub = env.BOOKS.getByName(own.id);
  const call = { now: Date.now(), requestId: 'test', actorKind: 'system', accountId: null } as const;
  await stub.importBlocks(call, {
    feedId: 'fdb_x',
    blocks: [{ uid: 'a', from: '2027-05-01', to: '2027-05-03' }],
  });
  const [picture] = (
    await env.DB.prepare('SELECT hash FROM property_image WHERE property_id = ?').bind(own.id).all()
  ).results;
  await env.PICTURES.put(`pictures/${picture?.hash}`, 'picture');

  for (let time = 0; time < 2; time++) await finishErasingProperties(system(), me.actor.accountId);

  const { feed = [], property_image = [], co_host = [] } = await everything();
  const of = (rows: unknown[], id: string) => rows.filter((row) => JSON.stringify(row).includes(id));
  expect([of(feed, own.id), of(property_image, own.id), of(co_host, me.actor.accountId)]).toEqual([
    [],
    [],
    [],
  ]);
  expect(of(property_image, helped.id)).not.toEqual([]);
  expect(await env.PICTURES.head(`pictures/${picture?.hash}`)).toBeNull();
  const { results } = await env.DB.prepare('SELECT access FROM co_host WHERE property_id = ?')
    .bind(helped.id)
    .all();
  expect(results).toEqual([]);
  const nights = await runInDurableObject(stub, (_, { storage }) =>
    storage.sql.exec('SELECT * FROM import_block').toArray(),
  );
  expect(nights).toEqual([]);
  const mine = await env.DB.prepare('SELECT status FROM listing WHERE property_id = ?').bind(own.id).first();
  expect(mine, 'nobody can go on with it').toEqual({ status: 'archived' });
});

test('a place that is archived, and a book that refuses, hold up no erasure', async () => {
  const [me, other] = [await newHost(), await newHost()];
  const [gone, lost, last] = [await draft(other), await draft(other), await draft(me)];
  for (const { id } of [gone, lost]) await help(other, id, me, 'full');
  await answer('DELETE', `/v1/properties/${gone.id}`, { as: other });
  // A book that is told of a property that there is no more refuses for good.
  await env.DB.prepare('UPDATE co_host SET property_id = ? WHERE property_id = ?')
    .bind('prp_nowhere', lost.id)
    .run();
  const system = testContext({ actor: { kind: 'system', job: 'test' } });
  await env.ARCHIVE.put(`${exportPrefix(me.actor.accountId)}file`, 'everything');

  await finishErasure(system, { accountId: me.actor.accountId, apiKeyDigests: [] });

  const row = await env.DB.prepare('SELECT status FROM listing WHERE property_id = ?').bind(last.id).first();
  expect(row).toEqual({ status: 'archived' });
  const helped = await env.DB.prepare('SELECT access FROM co_host WHERE property_id = ?').bind(gone.id).all();
  expect(helped.results).toEqual([]);
  const files = await env.ARCHIVE.list({ prefix: exportPrefix(me.actor.accountId) });
  expect(files.objects).toEqual([]);
});
