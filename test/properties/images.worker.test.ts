import { env } from 'cloudflare:workers';
import { Buffer } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { propertyJobs } from '../../src/properties/jobs.ts';
import { uploadImage } from '../../src/properties/upload-image.ts';
import { FILES, FORMATS, type Type } from './pictures/files.ts';
import { chunk } from './pictures/png-files.ts';
import { tracesIn } from './pictures/secrets.ts';
import {
  answer,
  ask,
  contextOf,
  draft,
  help,
  type Json,
  jobs,
  newGuest,
  newHost,
  type Person,
  published,
  setRates,
} from './places.ts';

const base = (type: Type, name: string) => FORMATS[type].bases[name] as Buffer;
const JPEG = base('image/jpeg', 'baseline');
const PNG = base('image/png', 'rgb');

const at = (propertyId: string) => `/v1/properties/${propertyId}/images`;
const send = (
  as: Person | undefined,
  propertyId: string,
  bytes: Uint8Array = JPEG,
  type = 'image/jpeg',
  headers: Record<string, string> = {},
) =>
  ask('POST', at(propertyId), {
    as,
    body: bytes as Uint8Array<ArrayBuffer>,
    headers: { 'content-type': type, ...headers },
  });
async function upload(as: Person, propertyId: string, bytes?: Uint8Array, type?: string): Promise<Json> {
  const response = await send(as, propertyId, bytes, type);
  expect(response.status, await response.clone().text()).toBe(201);
  return response.json();
}
const get = (id: string, headers: Record<string, string> = {}, query = '', bindings = {}) =>
  ask('GET', `/v1/images/${id}${query}`, { headers, bindings });
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());
const files = async () => (await env.PICTURES.list()).objects.map(({ key }) => key).sort();
const rows = async (propertyId: string) =>
  (
    await env.DB.prepare('SELECT * FROM property_image WHERE property_id = ? ORDER BY position')
      .bind(propertyId)
      .all<Json>()
  ).results;
const order = async (propertyId: string) =>
  (await rows(propertyId)).map(({ id, position }) => [id, position]);
const inOrder = (ids: string[]) => ids.map((id, index) => [id, index]);

/** Nothing is stored of a refused picture, neither a row nor a file. */
async function refused(attempt: () => Promise<Response>): Promise<[number, string]> {
  const tables = 'property_image audit outbox'.split(' ');
  const state = async () => [
    await files(),
    await Promise.all(
      tables.map(async (name) => (await env.DB.prepare(`SELECT * FROM ${name}`).all()).results),
    ),
    jobs.length,
  ];
  const before = await state();
  const response = await attempt();
  expect(response.status).toBeGreaterThanOrEqual(400);
  expect(await state(), 'nothing happened').toEqual(before);
  return [response.status, ((await response.json()) as Json).code];
}

/** `many` rows, put there by hand. */
async function fill(propertyId: string, many: number): Promise<void> {
  const insert = env.DB.prepare(
    `INSERT INTO property_image (id, property_id, hash, content_type, width, height, position, created_at)
     VALUES (?, ?, ?, 'image/png', 1, 1, ?, 0)`,
  );
  const mine = propertyId.slice(-10);
  await env.DB.batch(
    Array.from({ length: many }, (_, n) =>
      insert.bind(`img_${mine}${n}`, propertyId, `none-${mine}-${n}`, n),
    ),
  );
}

describe('a picture that a host adds', () => {
  test('is served to everybody, the same pixels without a word of where they were taken', async () => {
    const host = await newHost();
    const place = await draft(host);
    const one = (type: Type) => FILES.find((file) => file.type === type && tracesIn(file.bytes).length > 0);
    for (const type of Object.keys(FORMATS) as Type[]) {
      const file = one(type);
      if (!file) throw new Error(`no ${type} tells anything`);
      const image = await upload(host, place.id, file.bytes, type);
      expect(image.contentType).toBe(type);
      const response = await get(image.id);
      expect([response.status, response.headers.get('content-type')]).toEqual([200, type]);
      const served = await bytesOf(response);
      expect(tracesIn(served), type).toEqual([]);
      expect(FORMATS[type].codedPixels(served).equals(FORMATS[type].codedPixels(file.clean)), type).toBe(
        true,
      );
    }
    expect((await rows(place.id)).map(({ position }) => position)).toEqual([0, 1, 2, 3]);
  });

  test('is described, is written down, and is where its address says', async () => {
    const host = await newHost();
    const place = await draft(host);
    const response = await send(host, place.id);
    const image = (await response.json()) as Json;
    expect(image).toEqual({
      id: expect.stringMatching(/^img_/),
      url: `http://localhost:8787/v1/images/${image.id}`,
      width: 48,
      height: 32,
      caption: '',
      alt: '',
      contentType: 'image/jpeg',
      position: 0,
      createdAt: expect.any(String),
    });
    expect(response.headers.get('location')).toBe(`/v1/images/${image.id}`);
    expect((await answer('GET', `/v1/properties/${place.id}`, { as: host })).images).toMatchObject([
      { id: image.id, url: image.url },
    ]);
    const audit = await env.DB.prepare('SELECT * FROM audit WHERE subject = ?').bind(image.id).first<Json>();
    expect(audit).toMatchObject({ action: 'property.image_added', actor_id: host.actor.accountId });
  });

  test('is run by no browser, kept by every cache, and sent in the parts that are asked for', async () => {
    const host = await newHost();
    const { id } = await upload(host, (await draft(host)).id);
    const whole = await get(id);
    const bytes = await bytesOf(whole);
    const etag = whole.headers.get('etag') as string;
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    expect(Object.fromEntries(whole.headers)).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-disposition': 'inline',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
      'accept-ranges': 'bytes',
    });

    const same = await get(id, { 'if-none-match': `"x", W/${etag}` });
    expect([same.status, (await bytesOf(same)).length, same.headers.get('etag')]).toEqual([304, 0, etag]);
    expect((await get(id, { 'if-none-match': '"other"' })).status).toBe(200);

    const n = bytes.length;
    const parts: [range: string, from: number, to: number][] = [
      ['bytes=0-9', 0, 10],
      ['bytes=5-5', 5, 6],
      [`bytes=${n - 3}-`, n - 3, n],
      ['bytes=-4', n - 4, n],
      [`bytes=10-${n * 2}`, 10, n],
      [`bytes=-${n * 2}`, 0, n],
    ];
    for (const [range, from, to] of parts) {
      const part = await get(id, { range });
      expect([part.status, part.headers.get('content-range')], range).toEqual([
        206,
        `bytes ${from}-${to - 1}/${n}`,
      ]);
      expect((await bytesOf(part)).equals(bytes.subarray(from, to)), range).toBe(true);
      expect(part.headers.get('content-security-policy')).toBe("default-src 'none'; sandbox");
    }
    for (const range of [`bytes=${n}-`, 'bytes=-0', `bytes=${n}-${n + 5}`]) {
      const none = await get(id, { range });
      expect([none.status, none.headers.get('content-range')], range).toEqual([416, `bytes */${n}`]);
    }
    for (const range of [
      'bytes=0-1,3-4',
      'lines=0-1',
      'bytes=a-b',
      'bytes=-',
      'bytes=9-3',
      `bytes=${n + 5}-${n}`,
    ]) {
      expect((await get(id, { range })).status, range).toBe(200);
    }
    expect((await get(id, { range: 'bytes=0-9', 'if-range': etag })).status).toBe(206);
    for (const old of ['"old"', `W/${etag}`, 'Sat, 21 Nov 2026 11:00:00 GMT']) {
      expect((await get(id, { range: 'bytes=0-9', 'if-range': old })).status, old).toBe(200);
    }
  });

  test('costs one look into the database to serve, and none into a book', async () => {
    const host = await newHost();
    const { id } = await upload(host, (await draft(host)).id);
    const { getImage } = await import('../../src/properties/get-image.ts');
    const ctx = contextOf();
    const conditions = {
      ifNoneMatch: undefined,
      ifModifiedSince: undefined,
      range: undefined,
      ifRange: undefined,
    };
    await getImage(ctx, { imageId: id, width: undefined, conditions });
    expect(ctx.tally).toMatchObject({ d1Trips: 1, bookHops: 0, kvReads: 0 });
  });

  test('is made smaller where something can do it, never larger, and is itself where nothing can', async () => {
    const host = await newHost();
    const place = await draft(host);
    const { id } = await upload(host, place.id);
    const bytes = await bytesOf(await get(id));
    const asked: unknown[] = [];
    const made = {
      input: () => ({
        transform: (transform: unknown) => ({
          output: async (options: unknown) => {
            asked.push(transform, options);
            return { image: () => new Response('smaller').body };
          },
        }),
      }),
    };
    const broken = {
      input: () => {
        throw new Error('no more today');
      },
    };
    for (const bindings of [{}, { IMAGES: made }, { IMAGES: broken }]) {
      const response = await get(id, {}, '?width=320', bindings);
      expect((await bytesOf(response)).equals(bytes)).toBe(true);
      expect(response.headers.get('etag')).toMatch(/^"[\w-]{43}"$/);
    }
    expect(asked).toEqual([]);

    await env.DB.prepare('UPDATE property_image SET width = 2000 WHERE id = ?').bind(id).run();
    const smaller = await get(id, {}, '?width=640', { IMAGES: made });
    expect(await smaller.text()).toBe('smaller');
    expect(asked).toEqual([{ width: 640, fit: 'scale-down' }, { format: 'image/jpeg' }]);
    const etag = smaller.headers.get('etag') as string;
    expect(etag).toMatch(/^"[\w-]{43}-640"$/);
    expect((await get(id, { 'if-none-match': etag }, '?width=640', { IMAGES: made })).status).toBe(304);
    expect((await get(id, { 'if-none-match': etag }, '?width=320', { IMAGES: made })).status).toBe(200);

    const instead = await get(id, {}, '?width=640', { IMAGES: broken });
    expect((await bytesOf(instead)).equals(bytes)).toBe(true);
    expect(instead.headers.get('cache-control')).toBe('public, max-age=60');
    expect((await get(id, {}, '?width=641')).status).toBe(400);
  });

  test('is sent again under its key without being added again', async () => {
    const host = await newHost();
    const place = await draft(host);
    const key = { 'idempotency-key': crypto.randomUUID() };
    const [first, second] = [
      await send(host, place.id, JPEG, 'image/jpeg', key),
      await send(host, place.id, JPEG, 'image/jpeg', key),
    ];
    expect(await second.text()).toBe(await first.text());
    expect(await rows(place.id)).toHaveLength(1);
    expect((await send(host, place.id, PNG, 'image/png', key)).status).toBe(422);
  });

  test('shows on the public page at once', async () => {
    const host = await newHost();
    const place = await published(host);
    const page = async () =>
      (await answer('GET', `/v1/properties/${place.id}`)).images.map(({ id }: Json) => id);
    const [first] = await page();
    const { id } = await upload(host, place.id);
    expect(await page()).toEqual([first, id]);
    await answer('PATCH', `${at(place.id)}/${id}`, { as: host, json: { position: 0 } });
    expect(await page()).toEqual([id, first]);
    await answer('DELETE', `${at(place.id)}/${id}`, { as: host });
    expect(await page()).toEqual([first]);
  });
});

describe('what is no picture, or nobody’s to add, leaves nothing behind', () => {
  const huge = Buffer.concat([
    PNG.subarray(0, 8),
    chunk('IHDR', Buffer.from([0, 0, 0x17, 0x70, 0, 0, 0x13, 0x88, 8, 2, 0, 0, 0])),
    chunk('IDAT', Buffer.alloc(100)),
    chunk('IEND'),
  ]);
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  const cases: [name: string, bytes: Uint8Array, type: string, status: number, code: string][] = [
    [
      'a page that says it is a JPEG',
      Buffer.from('<!doctype html><script>1</script>'),
      'image/jpeg',
      415,
      'pictures.unsupported_type',
    ],
    [
      'a page that begins as a GIF does',
      Buffer.from('GIF89a/*<script>1</script>*/=1'),
      'image/jpeg',
      415,
      'pictures.unsupported_type',
    ],
    ['a drawing that can run', svg, 'image/png', 415, 'pictures.unsupported_type'],
    ['a drawing that says what it is', svg, 'image/svg+xml', 415, 'request.unsupported_media_type'],
    ['a PNG that says it is a JPEG', PNG, 'image/jpeg', 422, 'pictures.type_mismatch'],
    ['thirty million pixels', huge, 'image/png', 422, 'pictures.too_many_pixels'],
    ['half a JPEG', JPEG.subarray(0, 200), 'image/jpeg', 422, 'pictures.malformed'],
    ['nothing', new Uint8Array(0), 'image/jpeg', 400, 'request.invalid'],
    [
      'more than fifteen megabytes',
      new Uint8Array(15 * 1024 * 1024 + 1),
      'image/jpeg',
      413,
      'request.too_large',
    ],
  ];
  test.each(cases)('%s', async (_, bytes, type, status, code) => {
    const host = await newHost();
    const place = await draft(host);
    expect(await refused(() => send(host, place.id, bytes, type))).toEqual([status, code]);
  });

  test('what hides behind a real picture is not in what is served', async () => {
    const host = await newHost();
    const place = await draft(host);
    const polyglot = Buffer.concat([JPEG, Buffer.from('<script>alert(document.cookie)</script>PK\x03\x04')]);
    const { id } = await upload(host, place.id, polyglot);
    expect((await bytesOf(await get(id))).toString('latin1')).not.toContain('script');
  });

  test('only the host and co-hosts with full access add, change and remove', async () => {
    const [host, guest, staff] = [await newHost(), await newGuest(), await newHost('staff')];
    const place = await draft(host);
    const { id } = await upload(host, place.id);
    const requests = (as: Person | undefined, propertyId = place.id) => [
      () => send(as, propertyId),
      () => ask('PATCH', `${at(propertyId)}/${id}`, { as, json: { caption: 'mine' } }),
      () => ask('DELETE', `${at(propertyId)}/${id}`, { as }),
    ];
    const helpers: Record<string, Person> = {};
    for (const access of ['full', 'calendar', 'messages']) {
      helpers[access] = await newGuest(access);
      await help(host, place.id, helpers[access], access);
    }
    for (const attempt of requests(undefined)) expect(await refused(attempt)).toEqual([401, 'auth.required']);
    for (const somebody of [guest, staff])
      for (const attempt of requests(somebody))
        expect(await refused(attempt)).toEqual([404, 'properties.not_found']);
    for (const access of ['calendar', 'messages'])
      for (const attempt of requests(helpers[access]))
        expect(await refused(attempt)).toEqual([403, 'properties.forbidden']);
    await upload(helpers.full as Person, place.id, PNG, 'image/png');

    const other = await draft(host);
    for (const attempt of requests(host, other.id).slice(1))
      expect(await refused(attempt), 'by another property’s address').toEqual([404, 'images.not_found']);

    await answer('DELETE', `/v1/properties/${place.id}`, { as: host });
    for (const attempt of requests(host))
      expect(await refused(attempt)).toEqual([409, 'properties.archived']);
    expect((await get(id)).status).toBe(200);
    expect((await get('img_00000000000000000000000000')).status).toBe(404);
  });

  test('a session that ended adds nothing, and its file is gone again', async () => {
    const host = await newHost();
    const place = await draft(host);
    const bytes = base('image/webp', 'lossy');
    const before = await files();
    await env.DB.prepare('DELETE FROM session WHERE id = ?').bind(host.actor.sessionId).run();
    expect(await refused(() => send(host, place.id, bytes, 'image/webp'))).toEqual([
      401,
      'auth.session_ended',
    ]);
    expect(await files()).toEqual(before);
  });
});

describe('a hundred pictures', () => {
  test('are enough: the next is refused before its file is stored', async () => {
    const host = await newHost();
    const place = await draft(host);
    await fill(place.id, 100);
    expect(await refused(() => send(host, place.id, base('image/webp', 'alpha'), 'image/webp'))).toEqual([
      409,
      'images.too_many',
    ]);
  });

  test('stay a hundred when ten come at once for the last three places', async () => {
    const host = await newHost();
    const place = await draft(host);
    await fill(place.id, 97);
    const answers = await Promise.all(Array.from({ length: 10 }, () => send(host, place.id)));
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array(3).fill(201),
      ...Array(7).fill(409),
    ]);
    const codes = await Promise.all(
      answers.filter(({ status }) => status === 409).map(async (one) => ((await one.json()) as Json).code),
    );
    expect(new Set(codes)).toEqual(new Set(['images.too_many']));
    const now = await rows(place.id);
    expect(now.map(({ position }) => position)).toEqual(Array.from({ length: 100 }, (_, n) => n));
    const served = await get(now[99].id);
    expect(served.status, 'the losers took nobody’s file').toBe(200);
  });

  test('that come at once are all there, one after the other', async () => {
    const host = await newHost();
    const place = await draft(host);
    const answers = await Promise.all(Array.from({ length: 8 }, () => upload(host, place.id)));
    expect(answers.map(({ position }) => position).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(await order(place.id)).toEqual(
      inOrder(answers.sort((a, b) => a.position - b.position).map(({ id }) => id)),
    );
  });

  test('and a hundred and twenty at once: exactly a hundred are there, each in a place of its own', async () => {
    const host = await newHost();
    const place = await draft(host);
    const keys = Array.from({ length: 120 }, () => ({ 'idempotency-key': crypto.randomUUID() }));
    const sent = (key: Record<string, string>) => send(host, place.id, JPEG, 'image/jpeg', key);
    const answers = await Promise.all(keys.map(sent));
    const bodies: Json[] = await Promise.all(answers.map((one) => one.json()));
    expect(bodies.map(({ code = 'added' }) => code).sort()).toEqual([
      ...Array(100).fill('added'),
      ...Array(20).fill('images.too_many'),
    ]);
    const added = bodies.filter(({ code }) => code === undefined).sort((a, b) => a.position - b.position);
    expect(await order(place.id)).toEqual(inOrder(added.map(({ id }) => id)));

    const again: Json[] = await Promise.all(keys.map(async (key) => (await sent(key)).json()));
    const told = ({ id, position, code }: Json) => ({ id, position, code });
    expect(again.map(told), 'each key has the answer it had').toEqual(bodies.map(told));
    expect(await rows(place.id)).toHaveLength(100);
  });

  test('lose the place between reading and writing, and the file goes', async () => {
    const host = await newHost();
    const place = await draft(host);
    await fill(place.id, 99);
    const ctx = contextOf(host);
    const bytes = new Uint8Array(base('image/webp', 'lossless'));
    const before = await files();
    const overtaken = {
      ...ctx,
      pictures: {
        head: (key: string) => env.PICTURES.head(key),
        get: (key: string) => env.PICTURES.get(key),
        delete: (key: string) => env.PICTURES.delete(key),
        put: async (key: string, value: ArrayBuffer) => {
          await env.DB.prepare(
            `INSERT INTO property_image (id, property_id, hash, content_type, width, height, position, created_at)
             VALUES (?, ?, 'x', 'image/png', 1, 1, 99, 0)`,
          )
            .bind(`img_last_${place.id}`, place.id)
            .run();
          return env.PICTURES.put(key, value);
        },
      } as unknown as R2Bucket,
    };
    const upload = { bytes, contentType: 'image/webp' };
    await expect(uploadImage(overtaken, { propertyId: place.id, upload })).rejects.toThrow('images.too_many');
    await ctx.settle();
    expect(await files()).toEqual(before);
  });
});

describe('the order of pictures', () => {
  test('closes up behind one that moves or goes, and puts it where it was wanted', async () => {
    const host = await newHost();
    const place = await draft(host);
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.push((await upload(host, place.id)).id);
    const [a, b, c, d, e] = ids as [string, string, string, string, string];
    const move = (id: string, position: number) =>
      answer('PATCH', `${at(place.id)}/${id}`, { as: host, json: { position } });

    expect((await move(a, 3)).position).toBe(3);
    expect(await order(place.id)).toEqual(inOrder([b, c, d, a, e]));
    expect((await move(e, 0)).position).toBe(0);
    expect(await order(place.id)).toEqual(inOrder([e, b, c, d, a]));
    expect((await move(c, 2)).position).toBe(2);
    expect(await order(place.id)).toEqual(inOrder([e, b, c, d, a]));
    expect((await move(b, 99)).position).toBe(4);
    expect(await order(place.id)).toEqual(inOrder([e, c, d, a, b]));
    await answer('DELETE', `${at(place.id)}/${d}`, { as: host });
    expect(await order(place.id)).toEqual(inOrder([e, c, a, b]));

    await Promise.all([
      move(e, 3),
      move(b, 0),
      move(c, 2),
      answer('DELETE', `${at(place.id)}/${a}`, { as: host }),
    ]);
    expect((await rows(place.id)).map(({ position }) => position)).toEqual([0, 1, 2]);
  });

  test('is kept by a change of the words alone, and bad words change nothing', async () => {
    const host = await newHost();
    const place = await draft(host);
    const { id } = await upload(host, place.id);
    const path = `${at(place.id)}/${id}`;
    const said = await answer('PATCH', path, { as: host, json: { caption: 'The jetty', alt: 'A jetty' } });
    expect(said).toMatchObject({ caption: 'The jetty', alt: 'A jetty', position: 0 });
    expect(await answer('PATCH', path, { as: host, json: {} })).toEqual(said);
    expect(await answer('PATCH', path, { as: host, json: { caption: '' } })).toEqual({
      ...said,
      caption: '',
    });
    for (const json of [
      { caption: 'x\ny' },
      { position: -1 },
      { position: 100 },
      { hash: 'x' },
      { alt: 5 },
    ]) {
      expect(await refused(() => ask('PATCH', path, { as: host, json })), JSON.stringify(json)).toEqual([
        400,
        'request.invalid',
      ]);
    }
  });
});

describe('the last picture of a published place', () => {
  const remove = (as: Person, propertyId: string, id: string) =>
    ask('DELETE', `${at(propertyId)}/${id}`, { as });

  test('stays, as the place could not be published without it', async () => {
    const host = await newHost();
    const place = await published(host);
    const [{ id }] = (await rows(place.id)) as [Json];
    expect(await refused(() => remove(host, place.id, id))).toEqual([409, 'properties.incomplete']);
    expect(await (await remove(host, place.id, id)).json()).toMatchObject({ missing: ['images'] });

    await answer('POST', `/v1/properties/${place.id}/unpublish`, { as: host });
    expect((await remove(host, place.id, id)).status).toBe(204);
  });

  test('is one of two that are removed at once', async () => {
    const host = await newHost();
    for (let round = 0; round < 10; round++) {
      const place = await published(host);
      await upload(host, place.id);
      const both = await rows(place.id);
      const answers = await Promise.all(both.map(({ id }) => remove(host, place.id, id)));
      expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
      expect(await order(place.id)).toEqual([[expect.any(String), 0]]);
    }
  });

  test('goes or the place is published, when both are asked for at once, but not both', async () => {
    const host = await newHost();
    const race = async () => {
      const { id } = await draft(host);
      await setRates(host, id);
      const image = await upload(host, id);
      await Promise.all([
        ask('POST', `/v1/properties/${id}/publish`, { as: host }),
        remove(host, id, image.id),
      ]);
      const { status, images } = await answer('GET', `/v1/properties/${id}`, { as: host });
      return status === 'published' && images.length === 0;
    };
    expect(await Promise.all(Array.from({ length: 50 }, race))).toEqual(Array(50).fill(false));
  });
});

describe('the file of a picture', () => {
  const deleted: string[] = [];
  const watched = {
    head: (key: string) => env.PICTURES.head(key),
    get: (key: string) => env.PICTURES.get(key),
    put: (key: string, value: ArrayBuffer) => env.PICTURES.put(key, value),
    delete: async (key: string) => {
      deleted.push(key);
      await env.PICTURES.delete(key);
    },
  } as unknown as R2Bucket;
  const dropped = async () => {
    for (const message of jobs.splice(0).filter(({ kind }) => kind === 'drop_picture')) {
      await propertyJobs.drop_picture?.({ ...contextOf(), pictures: watched }, message);
      await propertyJobs.drop_picture?.({ ...contextOf(), pictures: watched }, message);
    }
  };

  test('goes with the last picture of it, not before', async () => {
    const host = await newHost();
    const [one, two] = [await draft(host), await draft(host)];
    const bytes = base('image/png', Object.keys(FORMATS['image/png'].bases).at(-1) as string);
    const before = await files();
    const images = [
      await upload(host, one.id, bytes, 'image/png'),
      await upload(host, one.id, bytes, 'image/png'),
      await upload(host, two.id, bytes, 'image/png'),
    ];
    expect((await files()).length).toBe(before.length + 1);
    for (const [index, image] of images.entries()) {
      const place = index === 2 ? two : one;
      await answer('DELETE', `${at(place.id)}/${image.id}`, { as: host });
      expect((await get(image.id)).status).toBe(404);
      await dropped();
      expect(deleted.length, 'not even for a moment').toBe(index === 2 ? 1 : 0);
    }
    expect(await files()).toEqual(before);
  });

  test('is there for who adds the same picture in the moment in which it goes', async () => {
    const host = await newHost();
    const [one, two] = [await draft(host), await draft(host)];
    const bytes = base('image/avif', 'odd');
    const first = await upload(host, one.id, bytes, 'image/avif');
    await answer('DELETE', `${at(one.id)}/${first.id}`, { as: host });
    let second: Json;
    const ctx = contextOf();
    const meanwhile = {
      ...ctx,
      pictures: {
        head: (key: string) => env.PICTURES.head(key),
        put: (key: string, value: ArrayBuffer, options: object) => env.PICTURES.put(key, value, options),
        get: (key: string) => env.PICTURES.get(key),
        delete: async (key: string) => {
          second = await upload(host, two.id, bytes, 'image/avif');
          await env.PICTURES.delete(key);
        },
      } as unknown as R2Bucket,
    };
    const message = jobs.splice(0).find(({ kind }) => kind === 'drop_picture');
    await propertyJobs.drop_picture?.(meanwhile, message);
    const served = await get(second.id);
    expect([served.status, served.headers.get('content-type')]).toEqual([200, 'image/avif']);
    expect((await bytesOf(served)).length).toBeGreaterThan(100);
  });

  test('is there for who adds it while the last picture of it goes, whoever is the quicker', async () => {
    const host = await newHost();
    const place = await draft(host);
    const ctx = contextOf(host);
    let puts = 0;
    const pictures = {
      head: (key: string) => env.PICTURES.head(key),
      put: async (key: string, value: ArrayBuffer, options: object) => {
        await env.PICTURES.put(key, value, options);
        puts += 1;
        if (puts === 1) await env.PICTURES.delete(key);
      },
    } as unknown as R2Bucket;
    const upload = { bytes: new Uint8Array(base('image/avif', 'full')), contentType: 'image/avif' };
    const { id } = await uploadImage({ ...ctx, pictures }, { propertyId: place.id, upload });
    expect((await get(id)).status).toBe(200);
  });

  test('that can’t be reached says so, and says when to try again', async () => {
    const host = await newHost();
    const place = await draft(host);
    const { id } = await upload(host, place.id);
    const down = new Proxy(env.PICTURES, {
      get: () => async () => {
        throw new Error('10001: We encountered an internal error');
      },
    });
    const answers = [
      await get(id, {}, '', { PICTURES: down }),
      await ask('POST', at(place.id), {
        as: host,
        body: PNG as unknown as Uint8Array<ArrayBuffer>,
        headers: { 'content-type': 'image/png' },
        bindings: { PICTURES: down },
      }),
    ];
    for (const response of answers) {
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5']);
    }
    expect(await rows(place.id)).toHaveLength(1);
  });
});
