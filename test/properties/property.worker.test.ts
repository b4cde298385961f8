import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import {
  addImage,
  answer,
  ask,
  COTTAGE,
  draft,
  help,
  type Json,
  jobs,
  newGuest,
  newHost,
  published,
  refusal,
  setRates,
} from './places.ts';

const at = (id: string) => `/v1/properties/${id}`;
const NOWHERE = 'prp_00000000000000000000000000';
const tagOf = async (id: string, as: Parameters<typeof ask>[2]) =>
  (await ask('GET', at(id), as)).headers.get('etag') as string;
const contentVersions = async (id: string) =>
  env.DB.prepare(
    `SELECT version, (SELECT content_version FROM listing WHERE property_id = id) AS told FROM property WHERE id = ?`,
  )
    .bind(id)
    .first<{ version: number; told: number }>();
const newestAudit = async (subject: string) =>
  env.DB.prepare('SELECT * FROM audit WHERE subject = ? ORDER BY seq DESC').bind(subject).first<Json>();

describe('describing a place', () => {
  test('gives a draft at an address of its own, in the time zone of the place, that only the host sees', async () => {
    const host = await newHost();
    const response = await ask('POST', '/v1/properties', { as: host, json: COTTAGE });
    expect(response.status).toBe(201);
    const made = (await response.json()) as Json;
    expect(response.headers.get('location')).toBe(at(made.id));
    expect(made).toMatchObject({
      ...COTTAGE,
      hostId: host.actor.accountId,
      status: 'draft',
      approximate: false,
      timeZone: 'Africa/Nairobi',
      images: [],
      nightly: null,
      rating: { average: null, count: 0, categories: {} },
    });
    expect(await newestAudit(made.id)).toMatchObject({ action: 'property.created', data: '{}' });
    expect(await answer('GET', at(made.id), { as: host })).toEqual(made);
    expect((await ask('GET', at(made.id))).status).toBe(404);
  });

  test('needs no more than a title; an explicit time zone is believed', async () => {
    const host = await newHost();
    const bare = await answer('POST', '/v1/properties', { as: host, json: { title: 'Later' } });
    expect(bare).toMatchObject({
      title: 'Later',
      type: null,
      address: null,
      location: null,
      timeZone: 'UTC',
    });
    expect(await draft(host, { timeZone: 'Europe/Paris' })).toMatchObject({ timeZone: 'Europe/Paris' });
  });

  test('is for hosts, and for what is within bounds; else nothing happens', async () => {
    const [host, guest] = [await newHost(), await newGuest()];
    const json = COTTAGE;
    expect(await refusal('POST', '/v1/properties', { json })).toMatchObject({ code: 'auth.required' });
    expect(await refusal('POST', '/v1/properties', { as: guest, json })).toMatchObject({
      code: 'auth.host_required',
    });
    const codes: Json = {
      bathrooms: [1.3, 'not_half'],
      amenities: [['wifi', 'wifi'], 'duplicate_amenity'],
      timeZone: ['Africa/Atlantis', 'unknown_time_zone'],
      guests: [51, 'too_big'],
      location: [{ lat: 90.1, lng: 0 }, 'too_big'],
      title: [' ', 'not_one_line'],
      hostId: ['usr_x', 'unknown_field'],
    };
    for (const [name, [value, code]] of Object.entries(codes) as Json) {
      const problem = await refusal('POST', '/v1/properties', {
        as: host,
        json: { ...COTTAGE, [name]: value },
      });
      expect(
        problem.errors.map((error: Json) => error.code),
        name,
      ).toEqual([code]);
    }
  });

  test('happens once for one idempotency key', async () => {
    const host = await newHost();
    const init = { as: host, json: COTTAGE, headers: { 'idempotency-key': 'one-cottage' } };
    const first = await ask('POST', '/v1/properties', init);
    const second = await ask('POST', '/v1/properties', init);
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.headers.get('location')).toBe(first.headers.get('location'));
    expect(await second.text()).toBe(await first.text());
    expect((await answer('GET', '/v1/me/properties', { as: host })).data).toHaveLength(1);
  });

  test('goes on when the book cannot be told; it is told by a message, or by whoever asks it first', async () => {
    const host = await newHost();
    const deaf = {
      getByName: () => ({
        tellFacts: async () => {
          throw new Error('gone');
        },
      }),
    };
    jobs.length = 0;
    const made = await answer('POST', '/v1/properties', {
      as: host,
      json: COTTAGE,
      bindings: { BOOKS: deaf },
    });
    expect(jobs).toMatchObject([{ kind: 'tell_book', propertyId: made.id }]);
    expect(await answer('GET', at(made.id), { as: host })).toEqual(made);
    expect(await contentVersions(made.id)).toEqual({ version: 1, told: null });
    expect((await ask('POST', `${at(made.id)}/unpublish`, { as: host })).status).toBe(409);
    expect(await contentVersions(made.id)).toEqual({ version: 1, told: 1 });
  });
});

describe('changing a description', () => {
  test('of two devices that read the same version, the second is refused and changes nothing', async () => {
    const host = await newHost();
    const { id } = await draft(host);
    const tag = await tagOf(id, { as: host });
    const headers = { 'if-match': tag };
    const first = await ask('PATCH', at(id), { as: host, headers, json: { title: 'Mine' } });
    expect(first.status).toBe(200);
    expect(first.headers.get('etag')).toBe(await tagOf(id, { as: host }));
    expect(await refusal('PATCH', at(id), { as: host, headers, json: { title: 'No, mine' } })).toMatchObject({
      status: 412,
      code: 'request.precondition_failed',
    });
    expect(await refusal('PATCH', at(id), { as: host, json: { title: 'Blind' } })).toMatchObject({
      status: 428,
    });
    expect(await answer('GET', at(id), { as: host })).toMatchObject({ title: 'Mine' });
    const next = { 'if-match': first.headers.get('etag') as string };
    await answer('PATCH', at(id), { as: host, headers: next, json: { title: 'Again' } });
    await answer('PATCH', at(id), { as: host, headers: { 'if-match': '*' }, json: { title: 'Any' } });
  });

  test('of two at the very same moment, one is refused', async () => {
    const host = await newHost();
    const { id } = await draft(host);
    const headers = { 'if-match': await tagOf(id, { as: host }) };
    const both = await Promise.all(
      ['A', 'B'].map((title) => ask('PATCH', at(id), { as: host, headers, json: { title } })),
    );
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await contentVersions(id))?.version).toBe(2);
  });

  test('is not refused for a picture or a rating that came in between', async () => {
    const host = await newHost();
    const { id } = await draft(host);
    const tag = await tagOf(id, { as: host });
    await addImage(id);
    expect(await tagOf(id, { as: host })).not.toBe(tag);
    await answer('PATCH', at(id), { as: host, headers: { 'if-match': tag }, json: { title: 'Fine' } });
  });

  test('leaves what is left out, takes away what is null, and says which fields in the audit', async () => {
    const host = await newHost();
    const made = await draft(host);
    const json = { registrationNumber: null, beds: 5 };
    const after = await answer('PATCH', at(made.id), { as: host, headers: { 'if-match': '*' }, json });
    expect(after).toEqual({ ...made, ...json, updatedAt: after.updatedAt });
    expect(JSON.parse((await newestAudit(made.id)).data)).toEqual({ fields: ['beds', 'registrationNumber'] });
    const gone = await answer('PATCH', at(made.id), {
      as: host,
      headers: { 'if-match': '*' },
      json: { location: null, address: null, type: null },
    });
    expect(gone).toMatchObject({ location: null, address: null, type: null, timeZone: 'Africa/Nairobi' });
  });

  test('to another place changes the zone with it, unless the host says which', async () => {
    const host = await newHost();
    const { id } = await draft(host, { timeZone: 'Africa/Kampala' });
    const patch = (json: object) => answer('PATCH', at(id), { as: host, headers: { 'if-match': '*' }, json });
    expect(await patch({ location: COTTAGE.location })).toMatchObject({ timeZone: 'Africa/Kampala' });
    expect(await patch({ location: { lat: 48.85, lng: 2.35 } })).toMatchObject({ timeZone: 'Europe/Paris' });
    const both = { location: { lat: 52.5, lng: 13.4 }, timeZone: 'Europe/Vienna' };
    expect(await patch(both)).toMatchObject({ timeZone: 'Europe/Vienna' });
  });

  test('tells the book what decides who may book, and nothing of mere words', async () => {
    const host = await newHost();
    const { id } = await draft(host);
    const patch = (json: object) => answer('PATCH', at(id), { as: host, headers: { 'if-match': '*' }, json });
    jobs.length = 0;
    await patch({ title: 'Words', houseRules: 'More words' });
    expect(await contentVersions(id)).toEqual({ version: 2, told: 1 });
    expect(jobs).toEqual([]);
    const told: object[] = [{ guests: 6 }, { amenities: ['pets_allowed'] }, { timeZone: 'Europe/Rome' }];
    for (const [index, json] of told.entries()) {
      await patch(json);
      expect(await contentVersions(id)).toEqual({ version: index + 3, told: index + 3 });
    }
    expect(jobs).toHaveLength(told.length);
  });

  test('cannot take from a published place what it could not be published without', async () => {
    const host = await newHost();
    const { id } = await published(host);
    const init = { as: host, headers: { 'if-match': '*' }, json: { address: null, description: 'Short' } };
    expect(await refusal('PATCH', at(id), init)).toMatchObject({
      code: 'properties.incomplete',
      missing: ['description', 'address'],
    });
  });
});

describe('who may', () => {
  test('strangers hear of a foreign draft what they hear of nothing at all', async () => {
    const [host, other] = [await newHost(), await newHost()];
    const { id } = await draft(host);
    const helper = other.actor.accountId;
    const tries: [string, string, object?][] = [
      ['GET', ''],
      ['PATCH', '', { title: 'Stolen' }],
      ['DELETE', ''],
      ['POST', '/publish'],
      ['POST', '/unpublish'],
      ['PUT', `/co-hosts/${helper}`, { access: 'full' }],
      ['PUT', `/co-hosts/usr_00000000000000000000000000`, { access: 'full' }],
      ['DELETE', `/co-hosts/${helper}`],
    ];
    for (const [method, path, json] of tries) {
      const init = { as: other, headers: { 'if-match': '*', 'x-request-id': 'the-same-id' }, json };
      const foreign = await refusal(method, at(id) + path, init);
      expect(foreign, method + path).toMatchObject({ status: 404, code: 'properties.not_found' });
      expect(await refusal(method, at(NOWHERE) + path, init)).toEqual(foreign);
    }
  });

  test('a co-host with full access edits and publishes, one with less only looks, and neither archives or lets in', async () => {
    const [host, full, calendar, messages] = [
      await newHost(),
      await newGuest(),
      await newGuest(),
      await newGuest(),
    ];
    const { id } = await draft(host);
    await addImage(id);
    await setRates(host, id);
    await help(host, id, full, 'full');
    await help(host, id, calendar, 'calendar');
    await help(host, id, messages, 'messages');

    const headers = { 'if-match': '*' };
    await answer('PATCH', at(id), { as: full, headers, json: { title: 'By the co-host' } });
    expect(await answer('POST', `${at(id)}/publish`, { as: full })).toMatchObject({ status: 'published' });
    for (const as of [calendar, messages]) {
      expect(await answer('GET', at(id), { as })).toMatchObject({
        address: COTTAGE.address,
        approximate: false,
      });
      for (const [method, path, json] of [
        ['PATCH', '', { title: 'No' }],
        ['POST', '/publish'],
        ['POST', '/unpublish'],
      ] as const) {
        expect(await refusal(method, at(id) + path, { as, headers, json })).toMatchObject({
          code: 'properties.forbidden',
        });
      }
    }
    for (const as of [full, calendar, messages]) {
      expect(await refusal('DELETE', at(id), { as })).toMatchObject({ code: 'properties.forbidden' });
      const path = `${at(id)}/co-hosts/${messages.actor.accountId}`;
      expect(await refusal('PUT', path, { as, json: { access: 'full' } })).toMatchObject({
        code: 'properties.forbidden',
      });
    }
  });

  test('the secret address of the calendar is for those who keep it, and the entity tag differs where what is shown does', async () => {
    const [host, calendar, messages] = [await newHost(), await newGuest(), await newGuest()];
    const { id } = await draft(host);
    await help(host, id, calendar, 'calendar');
    await help(host, id, messages, 'messages');
    const seen = await Promise.all([host, calendar, messages].map((as) => answer('GET', at(id), { as })));
    expect(seen.map(({ calendarUrl }) => typeof calendarUrl)).toEqual(['string', 'string', 'undefined']);
    const tags = await Promise.all([host, calendar, messages].map((as) => tagOf(id, { as })));
    expect(new Set(tags).size).toBe(3);
    const headers = { 'if-match': tags[1] as string };
    const edited = await ask('PATCH', at(id), { as: host, headers, json: { title: 'By the version alone' } });
    expect(edited.status).toBe(200);
  });

  test('a co-host whose access changes is shown that, whatever tag they have', async () => {
    const [host, helper] = [await newHost(), await newGuest()];
    const { id } = await draft(host);
    await help(host, id, helper, 'messages');
    const headers = { 'if-none-match': (await tagOf(id, { as: helper })) as string };
    expect((await ask('GET', at(id), { as: helper, headers })).status).toBe(304);
    await help(host, id, helper, 'calendar');
    const changed = await ask('GET', at(id), { as: helper, headers });
    expect(changed.status).toBe(200);
    expect(await changed.json()).toHaveProperty('calendarUrl');
  });

  test('who helps is shown to the host and to those who may do all, and to nobody else', async () => {
    const [host, full, calendar, stranger] = [
      await newHost(),
      await newGuest(),
      await newGuest(),
      await newGuest(),
    ];
    const place = await published(host);
    expect((await answer('GET', at(place.id), { as: host })).coHosts).toEqual([]);
    await help(host, place.id, full, 'full');
    await help(host, place.id, calendar, 'calendar');
    const coHosts = [
      { userId: full.actor.accountId, access: 'full' },
      { userId: calendar.actor.accountId, access: 'calendar' },
    ].sort((a, b) => (a.userId < b.userId ? -1 : 1));
    for (const as of [host, full]) {
      expect((await answer('GET', at(place.id), { as })).coHosts).toEqual(coHosts);
      expect((await answer('GET', '/v1/me/properties', { as })).data).toMatchObject([{ coHosts }]);
    }
    for (const as of [calendar, stranger, undefined]) {
      expect(await answer('GET', at(place.id), { as })).not.toHaveProperty('coHosts');
    }
  });

  test('a co-host leaves by themselves, also a place that is archived, and sends nobody else away', async () => {
    const [host, one, other] = [await newHost(), await newGuest(), await newGuest()];
    const { id } = await draft(host);
    const path = `${at(id)}/co-hosts/`;
    await help(host, id, one, 'full');
    await help(host, id, other, 'messages');
    expect(await refusal('DELETE', path + other.actor.accountId, { as: one })).toMatchObject({
      code: 'properties.forbidden',
    });
    expect((await ask('DELETE', path + one.actor.accountId, { as: one })).status).toBe(204);
    expect((await ask('GET', at(id), { as: one })).status).toBe(404);
    await answer('DELETE', at(id), { as: host });
    expect((await ask('DELETE', path + other.actor.accountId, { as: other })).status).toBe(204);
    expect((await ask('GET', at(id), { as: other })).status).toBe(404);
  });

  test('a co-host is somebody who is there, is not the host, and can be sent away twice', async () => {
    const [host, helper] = [await newHost(), await newGuest()];
    const { id } = await draft(host);
    const path = `${at(id)}/co-hosts/`;
    const json = { access: 'full' };
    expect(await refusal('PUT', `${path}usr_00000000000000000000000000`, { as: host, json })).toMatchObject({
      code: 'accounts.not_found',
    });
    expect(await refusal('PUT', path + host.actor.accountId, { as: host, json })).toMatchObject({
      code: 'properties.host_already',
    });
    expect(await help(host, id, helper, 'full')).toEqual({ userId: helper.actor.accountId, access: 'full' });
    expect(await help(host, id, helper, 'messages')).toMatchObject({ access: 'messages' });
    for (const _ of ['once', 'twice']) {
      expect((await ask('DELETE', path + helper.actor.accountId, { as: host })).status).toBe(204);
    }
    expect((await ask('GET', at(id), { as: helper })).status).toBe(404);
  });

  test('an API key does what its scopes say, and reads not even what is public without the scope for it', async () => {
    const host = await newHost();
    const { id } = await published(host);
    const withScopes = async (...scopes: string[]) => {
      const { key } = await answer('POST', '/v1/api-keys', { as: host, json: { name: 'script', scopes } });
      return { ...host, token: key };
    };
    const [profile, read, write] = [
      await withScopes('profile'),
      await withScopes('properties:read'),
      await withScopes('properties:write'),
    ];
    const headers = { 'if-match': '*' };
    for (const [as, method, path, json] of [
      [profile, 'GET', at(id)],
      [profile, 'GET', '/v1/me/properties'],
      [profile, 'POST', '/v1/properties', COTTAGE],
      [read, 'PATCH', at(id), { title: 'No' }],
      [read, 'DELETE', at(id)],
      [read, 'POST', `${at(id)}/unpublish`],
      [read, 'GET', '/v1/me/favourites'],
      [read, 'PUT', `/v1/me/favourites/${id}`],
    ] as const) {
      const problem = await refusal(method, path, { as, headers, json });
      expect(problem.code, method + path).toBe('auth.scope_missing');
    }
    expect(await answer('GET', at(id), { as: read })).toMatchObject({ address: COTTAGE.address });
    await answer('PATCH', at(id), { as: write, headers, json: { title: 'By a key' } });
    expect(await answer('POST', `${at(id)}/unpublish`, { as: write })).toMatchObject({ title: 'By a key' });
  });

  test('a session that ended or an account that was suspended changes nothing more', async () => {
    const [host, helper] = [await newHost(), await newGuest()];
    const { id } = await published(host);
    await env.DB.prepare(`UPDATE account SET status = 'suspended' WHERE id = ?`)
      .bind(host.actor.accountId)
      .run();
    const tries: [string, string, object?][] = [
      ['POST', '/v1/properties', COTTAGE],
      ['PATCH', at(id), { title: 'Still here' }],
      ['DELETE', at(id)],
      ['POST', `${at(id)}/publish`],
      ['POST', `${at(id)}/unpublish`],
      ['PUT', `${at(id)}/co-hosts/${helper.actor.accountId}`, { access: 'full' }],
      ['DELETE', `${at(id)}/co-hosts/${helper.actor.accountId}`],
      ['PUT', `/v1/me/favourites/${id}`],
      ['DELETE', `/v1/me/favourites/${id}`],
      ['PATCH', at(NOWHERE), { title: 'Still here' }],
    ];
    for (const [method, path, json] of tries) {
      const problem = await refusal(method, path, { as: host, headers: { 'if-match': '*' }, json });
      expect(problem.code, method + path).toBe('auth.session_ended');
    }
  });
});

describe('publishing', () => {
  test('names everything that is missing at once, and changes nothing', async () => {
    const host = await newHost();
    const { id } = await answer('POST', '/v1/properties', { as: host, json: { title: 'Later' } });
    expect(await refusal('POST', `${at(id)}/publish`, { as: host })).toMatchObject({
      code: 'properties.incomplete',
      missing: ['description', 'type', 'address', 'location', 'beds', 'images', 'rates'],
    });
    expect(await answer('GET', at(id), { as: host })).toMatchObject({ status: 'draft' });
  });

  test('shows the place to everybody, and unpublishing hides it at once from whoever asks past the cache', async () => {
    const host = await newHost();
    const { id, status, nightly } = await published(host);
    expect({ status, nightly }).toEqual({
      status: 'published',
      nightly: { amount: 850_000, currency: 'KES' },
    });
    expect((await ask('GET', at(id))).status).toBe(200);
    expect(await answer('POST', `${at(id)}/unpublish`, { as: host })).toMatchObject({
      status: 'unpublished',
    });
    expect((await ask('GET', at(id), { headers: { 'cache-control': 'no-cache' } })).status).toBe(404);
    expect(await answer('POST', `${at(id)}/publish`, { as: host })).toMatchObject({ status: 'published' });
  });

  test('and emptying the description at once: never published without it, whoever was first', async () => {
    const host = await newHost();
    const outcomes: string[] = [];
    const race = async (turn: number) => {
      const { id } = await draft(host);
      await addImage(id);
      await setRates(host, id);
      const headers = { 'if-match': '*' };
      const publish = () => ask('POST', `${at(id)}/publish`, { as: host });
      const empty = () => ask('PATCH', at(id), { as: host, headers, json: { description: 'Short' } });
      const answers = await Promise.all(turn % 2 ? [publish(), empty()] : [empty(), publish()]);
      const codes = await Promise.all(answers.map(async (one) => ((await one.json()) as Json).code));
      const { status, description } = await answer('GET', at(id), { as: host });
      outcomes.push(`${status === 'published'} ${description === 'Short'}`);
      for (const code of codes) expect([undefined, 'properties.incomplete']).toContain(code);
    };
    await Promise.all(Array.from({ length: 50 }, (_, turn) => race(turn)));
    expect(outcomes).not.toContain('true true');
  });

  test('is taken back when the description was emptied before the listing was there', async () => {
    const host = await newHost();
    const { id } = await draft(host);
    await addImage(id);
    await setRates(host, id);
    const headers = { 'if-match': '*' };
    const book = env.BOOKS.getByName(id);
    let overtaking = () => answer('PATCH', at(id), { as: host, headers, json: { description: 'Short' } });
    const changeStatus = async (...command: Parameters<typeof book.changeStatus>) => {
      await overtaking();
      overtaking = async () => {};
      return book.changeStatus(...command);
    };
    const overtaken = { getByName: () => ({ changeStatus }) };
    const response = await ask('POST', `${at(id)}/publish`, { as: host, bindings: { BOOKS: overtaken } });
    expect([response.status, await response.json()]).toMatchObject([
      409,
      { code: 'properties.incomplete', missing: ['description'] },
    ]);
    expect(await answer('GET', at(id), { as: host })).toMatchObject({ status: 'unpublished' });
    expect((await ask('GET', at(id))).status).toBe(404);
  });

  test('of a draft cannot be undone, since it was not done', async () => {
    const host = await newHost();
    const { id } = await draft(host);
    expect(await refusal('POST', `${at(id)}/unpublish`, { as: host })).toMatchObject({
      code: 'properties.never_published',
    });
  });

  test('ends with archiving: the place stays as it is, for the host to look at', async () => {
    const [host, helper] = [await newHost(), await newGuest()];
    const { id } = await published(host);
    for (const _ of ['once', 'twice']) expect((await ask('DELETE', at(id), { as: host })).status).toBe(204);
    expect(await answer('GET', at(id), { as: host })).toMatchObject({ status: 'archived' });
    expect((await ask('GET', at(id))).status).toBe(404);
    const tries: [string, string, object?][] = [
      ['PATCH', '', { title: 'Ghost' }],
      ['POST', '/publish'],
      ['POST', '/unpublish'],
      ['PUT', `/co-hosts/${helper.actor.accountId}`, { access: 'full' }],
    ];
    for (const [method, path, json] of tries) {
      const init = { as: host, headers: { 'if-match': '*' }, json };
      expect(await refusal(method, at(id) + path, init)).toMatchObject({ code: 'properties.archived' });
    }
  });
});
