import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { getProperty } from '../../src/properties/get-property.ts';
import { listFavourites } from '../../src/properties/list-favourites.ts';
import { listMyProperties } from '../../src/properties/list-my-properties.ts';
import {
  addImage,
  answer,
  ask,
  COTTAGE,
  contextOf,
  draft,
  help,
  type Json,
  newGuest,
  newHost,
  type Person,
  PRIVATE,
  published,
  refusal,
} from './places.ts';

const at = (id: string) => `/v1/properties/${id}`;
const NO_CACHE = { 'cache-control': 'no-cache' };
const keptOf = (id: string) => env.KV.get(`property/${id}`);
const patch = (as: Person, id: string, json: object) =>
  answer('PATCH', at(id), { as, headers: { 'if-match': '*' }, json });

describe('what the public sees', () => {
  test('is the town and a point some streets away, whoever looks; nothing private is in the answer or the cache', async () => {
    const [host, guest, key] = [await newHost(), await newGuest(), await newGuest()];
    const { id } = await published(host);
    for (const as of [undefined, guest, key]) {
      const response = await ask('GET', at(id), { as });
      const text = await response.text();
      const seen = JSON.parse(text);
      expect(seen).toMatchObject({
        id,
        hostId: host.actor.accountId,
        address: { city: 'Naivasha', region: 'Nakuru', country: 'KE' },
        approximate: true,
        registrationNumber: 'KE-4711',
        nightly: { amount: 850_000, currency: 'KES' },
      });
      expect(Object.keys(seen.address).sort()).toEqual(['city', 'country', 'region']);
      for (const word of PRIVATE) expect(text + (await keptOf(id)), word).not.toContain(word);
    }
    expect(await keptOf(id)).toContain('A cottage by the lake');
    expect(await answer('GET', at(id), { as: host })).toMatchObject({
      address: COTTAGE.address,
      location: COTTAGE.location,
      accessInstructions: COTTAGE.accessInstructions,
      approximate: false,
    });
  });

  test('is moved by the same way every time', async () => {
    const host = await newHost();
    const { id } = await published(host);
    const first = await answer('GET', at(id), { headers: NO_CACHE });
    await patch(host, id, { title: 'Another title' });
    expect((await answer('GET', at(id), { headers: NO_CACHE })).location).toEqual(first.location);
  });

  test('shows pictures in the order in which the host put them', async () => {
    const host = await newHost();
    const { id, images } = await published(host);
    const [third, second] = [await addImage(id, 2), await addImage(id, 1)];
    const older = await addImage(id, 0, 'img_0000000000000000000000aaaa');
    const seen = await answer('GET', at(id), { headers: NO_CACHE });
    expect(seen.images.map((image: Json) => image.id)).toEqual([older, images[0].id, second, third]);
    expect(seen.images[1]).toEqual({
      id: images[0].id,
      url: `${env.ORIGIN}/v1/images/${images[0].id}`,
      width: 800,
      height: 600,
      caption: 'The jetty',
      alt: 'A jetty',
    });
  });

  test('has nothing of a draft, and says of it what it says of nothing at all', async () => {
    const host = await newHost();
    const { id } = await draft(host);
    const headers = { 'x-request-id': 'the-same-id' };
    for (const as of [undefined, await newGuest()]) {
      const hidden = await refusal('GET', at(id), { as, headers });
      expect(hidden).toMatchObject({ code: 'properties.not_found' });
      expect(await refusal('GET', at('prp_00000000000000000000000000'), { as, headers })).toEqual(hidden);
    }
    expect(await keptOf(id)).toBeNull();
  });

  test('costs one trip the first time, and none from the cache', async () => {
    const host = await newHost();
    const { id } = await published(host);
    const look = async (fresh: boolean, as?: Person) => {
      const ctx = contextOf(as);
      await getProperty(ctx, { propertyId: id, fresh });
      const { d1Trips, kvReads, bookHops } = ctx.tally;
      await ctx.settle();
      return { d1Trips, kvReads, bookHops };
    };
    expect(await look(false)).toEqual({ d1Trips: 1, kvReads: 1, bookHops: 0 });
    expect(await look(false)).toEqual({ d1Trips: 0, kvReads: 1, bookHops: 0 });
    expect(await look(true)).toEqual({ d1Trips: 1, kvReads: 0, bookHops: 0 });
    expect(await look(false, host)).toEqual({ d1Trips: 1, kvReads: 0, bookHops: 0 });
  });

  test('is never older than a minute, and with no-cache is what is true now', async () => {
    const host = await newHost();
    const { id } = await published(host);
    await answer('GET', at(id));
    // Past the verb, so that nothing is forgotten: as if the cache had not heard of it.
    await env.DB.prepare(`UPDATE property SET title = 'New' WHERE id = ?`).bind(id).run();
    const lookIn = async (seconds: number, fresh = false) => {
      const ctx = { ...contextOf(), clock: { now: () => Date.now() + seconds * 1_000 } };
      const { body } = (await getProperty(ctx, { propertyId: id, fresh })) as { body: string };
      return JSON.parse(body).title;
    };
    expect(await lookIn(0)).toBe(COTTAGE.title);
    expect(await lookIn(60)).toBe('New');
    expect(await lookIn(0, true)).toBe('New');
    expect((await answer('GET', at(id), { headers: NO_CACHE })).title).toBe('New');
  });

  test('forgets the cached page with the edit, with publishing and with hiding', async () => {
    const host = await newHost();
    const { id } = await published(host);
    const changes: (() => Promise<unknown>)[] = [
      () => patch(host, id, { title: 'New' }),
      () => answer('POST', `${at(id)}/publish`, { as: host }),
      () => answer('POST', `${at(id)}/unpublish`, { as: host }),
    ];
    for (const change of changes) {
      await answer('GET', at(id));
      expect(await keptOf(id)).not.toBeNull();
      await change();
      expect(await keptOf(id)).toBeNull();
    }
  });

  test('has an entity tag, the same from D1 and from the cache, with which it is not sent twice', async () => {
    const host = await newHost();
    const { id } = await published(host);
    const tags = [];
    for (const as of [undefined, undefined, await newGuest()]) {
      tags.push((await ask('GET', at(id), { as })).headers.get('etag') as string);
    }
    expect(new Set(tags).size).toBe(1);
    const headers = { 'if-none-match': tags[0] as string };
    expect((await ask('GET', at(id), { headers })).status).toBe(304);
    await patch(host, id, { title: 'New' });
    expect((await ask('GET', at(id), { headers: { ...headers, ...NO_CACHE } })).status).toBe(200);
    const answered = await refusal('PATCH', at(id), {
      as: host,
      headers: { 'if-match': tags[0] as string },
      json: { title: 'By the public’s tag' },
    });
    expect(answered).toMatchObject({ status: 412 });
  });
});

describe('my properties', () => {
  test('are those I let and those I help to let, newest first, page by page, and by status', async () => {
    const [me, other] = [await newHost(), await newHost()];
    const own = [await draft(me), await published(me), await draft(me)];
    const helped = await published(other);
    await help(other, helped.id, me, 'messages');
    await draft(other);

    const ids = [...own, helped].map(({ id }) => id).reverse();
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await answer('GET', `/v1/me/properties?limit=1${cursor}`, { as: me });
      seen.push(...page.data.map(({ id }: Json) => id));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
    } while (cursor !== '');
    expect(seen).toEqual(ids);

    const on = await answer('GET', '/v1/me/properties?status=published', { as: me });
    expect(on.data.map(({ id }: Json) => id)).toEqual([helped.id, own[1].id]);
    expect(on.data[0]).toMatchObject({ address: COTTAGE.address, images: [{ width: 800 }] });
    expect(on.data[0].calendarUrl).toBeUndefined();
    const drafts = await answer('GET', '/v1/me/properties?status=draft&limit=1', { as: me });
    expect(drafts.data.map(({ id }: Json) => id)).toEqual([own[2].id]);
    const rest = await answer('GET', `/v1/me/properties?status=draft&cursor=${drafts.nextCursor}`, {
      as: me,
    });
    expect(rest.data.map(({ id }: Json) => id)).toEqual([own[0].id]);
  });

  test('go on only with a cursor of my own', async () => {
    const [me, other] = [await newHost(), await newHost()];
    for (const as of [me, me]) await draft(as);
    const { nextCursor } = await answer('GET', '/v1/me/properties?limit=1', { as: me });
    const path = `/v1/me/properties?cursor=${nextCursor}`;
    expect((await refusal('GET', path, { as: other })).errors).toMatchObject([{ code: 'invalid_cursor' }]);
    expect((await refusal('GET', `${path}&status=draft`, { as: me })).errors).toHaveLength(1);
  });
});

test('the catalogue of amenities is for everybody, may be kept for an hour, and has what the filters rely on', async () => {
  const response = await ask('GET', '/v1/amenities');
  expect(response.headers.get('cache-control')).toBe('public, max-age=3600');
  const { data } = (await response.json()) as { data: { key: string; label: string; group: string }[] };
  const keys = data.map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys.length).toBeGreaterThanOrEqual(60);
  expect(keys.filter((key) => !/^[a-z]+(_[a-z]+)*$/.test(key))).toEqual([]);
  const relied = `wifi kitchen heating air_conditioning washer dryer tv iron hair_dryer dedicated_workspace pool hot_tub gym
    free_parking paid_parking ev_charger elevator step_free_entrance wide_doorways crib high_chair smoke_alarm
    carbon_monoxide_alarm fire_extinguisher first_aid_kit balcony garden bbq_grill fireplace sea_view mountain_view city_view
    lake_view beachfront breakfast self_check_in lockbox pets_allowed long_stays coffee_maker dishwasher microwave refrigerator
    oven hot_water bed_linen towels essentials mosquito_net backup_generator borehole_water security_guard cctv_outside`;
  expect(relied.split(/\s+/).filter((key) => !keys.includes(key))).toEqual([]);
  const headers = { 'if-none-match': response.headers.get('etag') as string };
  expect((await ask('GET', '/v1/amenities', { headers })).status).toBe(304);
});

test('what others have costs nobody a row', async () => {
  const [host, guest] = [await newHost(), await newGuest()];
  const { id } = await published(host);
  await answer('PUT', `/v1/me/favourites/${id}`, { as: guest });
  const rowsRead = async () => {
    const counts: number[] = [];
    for (const [as, verb] of [
      [undefined, (ctx: Json) => getProperty(ctx, { propertyId: id, fresh: true })],
      [host, (ctx: Json) => getProperty(ctx, { propertyId: id, fresh: true })],
      [host, (ctx: Json) => listMyProperties(ctx, { limit: 20 })],
      [host, (ctx: Json) => listMyProperties(ctx, { limit: 20, status: 'published' })],
      [guest, (ctx: Json) => listFavourites(ctx, { limit: 20 })],
    ] as const) {
      const ctx = contextOf(as);
      await verb(ctx);
      expect(ctx.tally.d1Trips).toBe(1);
      counts.push(ctx.tally.rowsRead);
      await ctx.settle();
    }
    return counts;
  };
  await crowd(0, 0);
  const nearlyAlone = await rowsRead();
  await crowd(1, 300);
  expect(await rowsRead()).toEqual(nearlyAlone);
});

test('a page of my properties costs the same however many more there are', async () => {
  const me = await newHost();
  const readPage = async () => {
    const ctx = contextOf(me);
    expect((await listMyProperties(ctx, { limit: 2 })).data).toHaveLength(2);
    return ctx.tally.rowsRead;
  };
  for (const _ of [1, 2, 3]) await draft(me);
  const few = await readPage();
  for (const _ of [1, 2, 3, 4, 5]) await draft(me);
  expect(await readPage()).toBe(few);
});

/** Other people's places, each with a listing, a picture, a co-host and somebody who likes it. */
async function crowd(from: number, to: number) {
  // Half of the ids sort before everybody's and half after, so that every scan of an index has an end to find.
  const numbers = `WITH RECURSIVE k(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM k WHERE i < ${to}),
    n(i, side) AS (SELECT i, column1 FROM k, (VALUES ('0'), ('z')))`;
  const id = `'prp_' || side || printf('%025d', i)`;
  const person = `'usr_' || side || printf('%025d', i)`;
  await env.DB.batch(
    [
      `INSERT INTO property (id, host_id, title, description, time_zone, guests, bedrooms, beds, bathrooms,
         house_rules, access_instructions, created_at, updated_at)
         ${numbers} SELECT ${id}, ${person}, 'x', 'x', 'UTC', 1, 1, 1, 1, '', '', i, i FROM n`,
      `INSERT INTO listing (property_id, epoch, version, status, booking_mode, cancellation_policy, content_version)
         ${numbers} SELECT ${id}, 1, 1, 'published', 'instant', 'firm', 1 FROM n`,
      `INSERT INTO property_image (id, property_id, hash, content_type, width, height, position, created_at)
         ${numbers} SELECT 'img_' || side || printf('%025d', i), ${id}, 'h', 'image/png', 1, 1, 0, i FROM n`,
      `INSERT INTO co_host (property_id, account_id, access) ${numbers} SELECT ${id}, ${person}, 'full' FROM n`,
      `INSERT INTO favourite (account_id, property_id, created_at) ${numbers} SELECT ${person}, ${id}, i FROM n`,
    ].map((statement) => env.DB.prepare(statement)),
  );
}
