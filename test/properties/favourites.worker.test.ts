import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { answer, ask, draft, type Json, newGuest, newHost, PRIVATE, published, refusal } from './places.ts';

const like = (id: string) => `/v1/me/favourites/${id}`;
const idsOf = ({ data }: Json) => data.map(({ id }: Json) => id);

test('what I like is listed newest first, page by page, as the public sees it; liking twice is liking once', async () => {
  const [host, me] = [await newHost(), await newGuest()];
  const places = [await published(host), await published(host), await published(host)];
  for (const { id } of [...places, places[0]]) {
    expect((await ask('PUT', like(id), { as: me })).status).toBe(204);
  }
  const newest = places.map(({ id }) => id).reverse();
  const first = await answer('GET', '/v1/me/favourites?limit=2', { as: me });
  expect(idsOf(first)).toEqual(newest.slice(0, 2));
  const rest = await answer('GET', `/v1/me/favourites?limit=2&cursor=${first.nextCursor}`, { as: me });
  expect(idsOf(rest)).toEqual(newest.slice(2));
  expect(rest.nextCursor).toBeNull();
  expect(first.data[0]).toMatchObject({ approximate: true, status: 'published' });
  for (const word of PRIVATE) expect(JSON.stringify(first)).not.toContain(word);
  expect(idsOf(await answer('GET', '/v1/me/favourites', { as: host }))).toEqual([]);
});

test('what is taken down leaves the list, even of its host, and is back when it is published again', async () => {
  const [host, me] = [await newHost(), await newGuest()];
  const { id } = await published(host);
  for (const as of [host, me]) await answer('PUT', like(id), { as });
  await answer('POST', `/v1/properties/${id}/unpublish`, { as: host });
  for (const as of [host, me]) expect(idsOf(await answer('GET', '/v1/me/favourites', { as }))).toEqual([]);
  await answer('POST', `/v1/properties/${id}/publish`, { as: host });
  expect(idsOf(await answer('GET', '/v1/me/favourites', { as: me }))).toEqual([id]);
  for (const _ of ['once', 'twice']) expect((await ask('DELETE', like(id), { as: me })).status).toBe(204);
  expect(idsOf(await answer('GET', '/v1/me/favourites', { as: me }))).toEqual([]);
  expect(idsOf(await answer('GET', '/v1/me/favourites', { as: host }))).toEqual([id]);
});

test('a draft can be liked by its own side alone; to others it does not exist', async () => {
  const [host, me] = [await newHost(), await newGuest()];
  const { id } = await draft(host);
  const headers = { 'x-request-id': 'the-same-id' };
  const hidden = await refusal('PUT', like(id), { as: me, headers });
  expect(hidden).toMatchObject({ code: 'properties.not_found' });
  expect(await refusal('PUT', like('prp_00000000000000000000000000'), { as: me, headers })).toEqual(hidden);
  expect((await ask('PUT', like(id), { as: host })).status).toBe(204);
});

test('there is room for a thousand; the next is refused, one that is there already is not', async () => {
  const [host, me] = [await newHost(), await newGuest()];
  const [{ id }, other] = [await published(host), await published(host)];
  await answer('PUT', like(id), { as: me });
  await env.DB.prepare(
    `INSERT INTO favourite (account_id, property_id, created_at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999)
       SELECT ?, printf('prp_%026d', i), i FROM n`,
  )
    .bind(me.actor.accountId)
    .run();
  expect(await refusal('PUT', like(other.id), { as: me })).toMatchObject({ code: 'favourites.too_many' });
  expect((await ask('PUT', like(id), { as: me })).status).toBe(204);
  await answer('DELETE', like(id), { as: me });
  expect((await ask('PUT', like(other.id), { as: me })).status).toBe(204);
});
