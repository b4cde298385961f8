import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, expect, test } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Context } from '../../src/context.ts';
import { MINUTE } from '../../src/kernel/clock.ts';
import { z } from '../../src/kernel/zod.ts';
import { moveClock } from '../../src/platform/clock.ts';
import { type AnyEndpoint, endpoint, type FileAnswer, mount } from '../../src/platform/endpoint.ts';
import { PreconditionFailed } from '../../src/platform/errors.ts';
import { PublicAnswer, publicText } from '../../src/platform/public-cache.ts';
import { everything } from '../worker/ground.ts';
import { person } from '../worker/people.ts';

/** Operations that only say what reached them, behind the real front door. */
type Reached = { actor: Context['actor']; input: Record<string, unknown> };
const reached: Reached[] = [];
const reach = (ctx: Context, input: object) => void reached.push({ actor: ctx.actor, input: { ...input } });
beforeEach(() => void reached.splice(0));

const Thing = z.object({ name: z.string(), version: z.int() });
const thing = { name: 'Acacia House', version: 7 };
const room = 'service';
const versionOf = ({ version }: { version: number }) => `v${version}`;
const MAX_BYTES = 1000;
const SANDBOXED = "default-src 'none'; sandbox";
let file: FileAnswer;
let page: PublicAnswer;

const items: readonly AnyEndpoint[] = [
  endpoint({
    method: 'post',
    path: '/v1/test/told',
    operationId: 'tellThing',
    room,
    summary: 'What somebody else will judge',
    access: 'public',
    raw: true,
    signature: 'x-signed',
    refusals: [],
    status: 204,
    handle: async (ctx, { raw, signature }) => reach(ctx, { text: new TextDecoder().decode(raw), signature }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/test/thing',
    operationId: 'getThing',
    room,
    summary: 'A thing',
    access: 'anyone',
    scope: 'properties:read',
    refusals: [],
    status: 200,
    response: Thing,
    tagged: true,
    tag: versionOf,
    handle: async (ctx, input) => {
      reach(ctx, input);
      return thing;
    },
    reply: ({ name, version }, ctx) => ({ name: `${name} for ${ctx.actor.kind}`, version }),
  }),
  endpoint({
    method: 'put',
    path: '/v1/test/thing',
    operationId: 'putThing',
    room,
    summary: 'Another thing',
    access: 'session',
    body: z.strictObject({ name: z.string() }),
    guarded: true,
    refusals: [],
    status: 200,
    response: Thing,
    tagged: true,
    tag: versionOf,
    handle: async (ctx, input) => {
      if (input.ifMatch !== '*' && !input.ifMatch.includes('v7')) throw PreconditionFailed();
      reach(ctx, input);
      return { ...input.body, version: 8 };
    },
  }),
  endpoint({
    method: 'post',
    path: '/v1/test/pictures',
    operationId: 'addPicture',
    room,
    summary: 'A picture',
    access: 'public',
    answerLifeMs: 15 * MINUTE,
    upload: { types: ['image/png', 'image/jpeg'], maxBytes: MAX_BYTES },
    refusals: [],
    status: 201,
    response: z.object({ size: z.int(), contentType: z.string() }),
    handle: async (ctx, input) => {
      reach(ctx, input);
      return { size: input.upload.bytes.length, contentType: input.upload.contentType };
    },
    headers: () => ({ location: '/v1/test/pictures/1' }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/test/pictures/1',
    operationId: 'getPicture',
    room,
    summary: 'The picture',
    access: 'public',
    refusals: [],
    status: 200,
    file: { types: ['image/png', 'text/plain'], ranges: true },
    handle: async (ctx, input) => {
      reach(ctx, input);
      return file;
    },
  }),
  endpoint({
    method: 'get',
    path: '/v1/test/page',
    operationId: 'getPage',
    room,
    summary: 'A page that may come out of the cache',
    access: 'public',
    refusals: [],
    status: 200,
    response: Thing,
    tagged: true,
    handle: async (): Promise<typeof thing | PublicAnswer> => page,
    reply: ({ name, version }) => ({ name: name.toUpperCase(), version }),
  }),
];

const app = createApp();
mount(app as never, items);

async function knock(path: string, init: RequestInit & { duplex?: 'half' } = {}): Promise<Response> {
  const execution = createExecutionContext();
  const response = await app.fetch(new Request(`http://localhost:8787/v1/test${path}`, init), env, execution);
  await waitOnExecutionContext(execution);
  return response;
}
const codeOf = async (response: Response) => ((await response.json()) as { code: string }).code;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

test('a place for anyone lets in who has no credentials, and somebody under their own name', async () => {
  const { token, actor } = await person('open-door');
  expect(await (await knock('/thing')).json()).toMatchObject({ name: 'Acacia House for anonymous' });
  expect(await (await knock('/thing', { headers: bearer(token) })).json()).toMatchObject({
    name: 'Acacia House for session',
  });
  expect(reached.map((one) => one.actor)).toMatchObject([
    { kind: 'anonymous' },
    { kind: 'session', accountId: actor.accountId },
  ]);
});

test('a place for anyone refuses bad credentials rather than overlooking them', async () => {
  for (const authorization of ['Bearer nonsense', 'Bearer rk_nonsense', 'Basic YWRhOg==']) {
    const answer = await knock('/thing', { headers: { authorization } });
    expect(answer.status).toBe(401);
    expect(await codeOf(answer)).toBe('auth.invalid_token');
  }
  expect(reached).toEqual([]);
});

test('the entity tag is what the endpoint says it is, on a reading and on a change', async () => {
  const { token } = await person('tagger');
  const read = await knock('/thing');
  expect(read.headers.get('etag')).toBe('"v7"');
  const again = await knock('/thing', { headers: { 'if-none-match': 'W/"v7"' } });
  expect([again.status, await again.text()]).toEqual([304, '']);
  const written = await putThing(token, { 'if-match': '"v7"', 'if-none-match': '"v8"' });
  expect([written.status, written.headers.get('etag')]).toEqual([200, '"v8"']);
});

const putThing = (token: string, headers: Record<string, string>, body = '{"name":"Baobab House"}') =>
  knock('/thing', {
    method: 'PUT',
    headers: { ...bearer(token), 'content-type': 'application/json', ...headers },
    body,
  });

test('a guarded change has to say which version it is for, and nothing happens otherwise', async () => {
  const { token } = await person('careless');
  const missing = await putThing(token, {});
  expect([missing.status, await codeOf(missing)]).toEqual([428, 'request.precondition_required']);

  for (const given of ['v7', '"v7', '"v7" "v8"', '*, "v7"', '"v7",', 'w/"v7"', '"v 7"']) {
    const malformed = await putThing(token, { 'if-match': given });
    expect(malformed.status, given).toBe(400);
    expect(await malformed.json()).toMatchObject({
      code: 'request.invalid',
      errors: [{ in: 'header', pointer: '/if-match' }],
    });
  }
  const stale = await putThing(token, { 'if-match': '"v6"' });
  expect([stale.status, await codeOf(stale)]).toEqual([412, 'request.precondition_failed']);
  const stranger = await knock('/thing', { method: 'PUT', body: '{}' });
  expect([stranger.status, await codeOf(stranger)]).toEqual([401, 'auth.required']);
  expect(reached).toEqual([]);
});

test('the versions that a change is for come without quotes, and weak ones count', async () => {
  const { token } = await person('careful');
  await putThing(token, { 'if-match': '*' });
  await putThing(token, { 'if-match': '"v7"' });
  await putThing(token, { 'if-match': '"v5" , W/"v7","with,comma"' });
  expect(reached.map(({ input }) => input.ifMatch)).toEqual(['*', ['v7'], ['v5', 'v7', 'with,comma']]);
});

test('a client that asks past the caches is heard, and nobody else is', async () => {
  const asks: [Record<string, string>, boolean][] = [
    [{ 'cache-control': 'no-cache' }, true],
    [{ 'cache-control': 'max-age=0, No-Cache' }, true],
    [{ pragma: 'no-cache' }, true],
    [{ 'cache-control': 'max-age=0' }, false],
    [{ 'cache-control': 'x-no-cache' }, false],
    [{}, false],
  ];
  for (const [headers] of asks) await knock('/thing', { headers });
  expect(reached.map(({ input }) => input.fresh)).toEqual(asks.map(([, fresh]) => fresh));
});

const png = (bytes: number) => new Uint8Array(bytes).fill(137);
const upload = (body: BodyInit | null, headers: Record<string, string> = { 'content-type': 'image/png' }) =>
  knock('/pictures', { method: 'POST', headers, ...(body === null ? {} : { body, duplex: 'half' }) });
/** A body in chunks, which says nothing about its length beforehand. */
const inChunks = (count: number) => {
  let left = count;
  return new ReadableStream<Uint8Array>({
    pull: (controller) => (left-- > 0 ? controller.enqueue(png(100)) : controller.close()),
  });
};

test('a file of a type that is taken arrives as its bytes, and the answer says where it is', async () => {
  const answer = await upload(png(MAX_BYTES), { 'content-type': 'IMAGE/PNG' });
  expect([answer.status, answer.headers.get('location')]).toEqual([201, '/v1/test/pictures/1']);
  expect(await answer.json()).toEqual({ size: MAX_BYTES, contentType: 'image/png' });
  expect(reached[0]?.input.upload).toEqual({ bytes: png(MAX_BYTES), contentType: 'image/png' });
  expect((await upload(inChunks(10))).status).toBe(201);
});

test('a file that is too large, of another type or empty does not reach anybody', async () => {
  const before = await everything();
  const refusals: [Promise<Response>, number, string][] = [
    [upload(png(MAX_BYTES + 1)), 413, 'request.too_large'],
    [upload(inChunks(11)), 413, 'request.too_large'],
    [upload(png(10), { 'content-type': 'image/gif' }), 415, 'request.unsupported_media_type'],
    [upload('{}', { 'content-type': 'application/json' }), 415, 'request.unsupported_media_type'],
    [upload(png(10), {}), 415, 'request.unsupported_media_type'],
    [
      upload(png(MAX_BYTES + 1), { 'content-type': 'image/png', 'idempotency-key': 'k' }),
      413,
      'request.too_large',
    ],
  ];
  for (const [asked, status, code] of refusals) {
    const answer = await asked;
    expect([answer.status, await codeOf(answer)]).toEqual([status, code]);
  }
  for (const empty of [upload(new Uint8Array(0)), upload(null), upload(inChunks(0))]) {
    const answer = await empty;
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ errors: [{ in: 'body', pointer: '' }] });
  }
  expect(reached).toEqual([]);
  expect(await everything()).toEqual(before);
});

test('a length that is announced as too large is refused before anything is read', async () => {
  let pulled = 0;
  const body = new ReadableStream({ pull: () => void (pulled += 1) }, { highWaterMark: 0 });
  const headers = { 'content-type': 'image/png', 'content-length': String(MAX_BYTES + 1) };
  expect((await upload(body, headers)).status).toBe(413);
  expect(pulled).toBe(0);
});

test('strangers share no keys: the same key is the same one only with the same bytes, type and address', async () => {
  const send = (bytes: Uint8Array<ArrayBuffer>, type = 'image/png') =>
    upload(bytes, { 'content-type': type, 'idempotency-key': 'picture-1' });
  expect((await send(png(10))).status).toBe(201);
  const repeated = await send(png(10));
  expect([repeated.status, repeated.headers.get('idempotent-replayed')]).toEqual([201, 'true']);
  expect(repeated.headers.get('location')).toBe('/v1/test/pictures/1');
  for (const other of [await send(png(11)), await send(png(10), 'image/jpeg')]) {
    expect([other.status, other.headers.get('idempotent-replayed')]).toEqual([201, null]);
  }
  expect(reached).toHaveLength(3);
});

const tell = (body: BodyInit, headers: Record<string, string> = {}) =>
  knock('/told', { method: 'POST', headers, body, duplex: 'half' });

test('what somebody else will judge arrives as its bytes, of whichever type, with its signature', async () => {
  expect((await tell('{ "a":1 ', { 'x-signed': 'v1=0', 'content-type': 'text/plain' })).status).toBe(204);
  expect((await tell('')).status).toBe(204);
  expect(reached.map(({ input }) => input)).toEqual([
    { text: '{ "a":1 ', signature: 'v1=0' },
    { text: '', signature: undefined },
  ]);
});

test('what is told with the same key in other words is told too', async () => {
  const send = (text: string) => tell(text, { 'idempotency-key': 'told-1' });
  const answers = [await send('one'), await send('one'), await send('another')];
  expect(answers.map(({ headers }) => headers.get('idempotent-replayed'))).toEqual([null, 'true', null]);
  expect(reached.map(({ input }) => input.text)).toEqual(['one', 'another']);
});

test('more than anybody has to tell reaches nobody', async () => {
  const before = await everything();
  for (const body of ['x'.repeat(256 * 1024 + 1), inChunks(2_700)]) {
    const answer = await tell(body, { 'idempotency-key': 'told-2' });
    expect([answer.status, await codeOf(answer)]).toEqual([413, 'request.too_large']);
  }
  expect(reached).toEqual([]);
  expect(await everything()).toEqual(before);
});

test('an answer that is good for a quarter of an hour comes again for no longer', async () => {
  const headers = { 'content-type': 'image/png', 'idempotency-key': 'picture-2' };
  const isReplayed = async () => (await upload(png(10), headers)).headers.get('idempotent-replayed');
  try {
    expect([await isReplayed(), await isReplayed()]).toEqual([null, 'true']);
    moveClock({ offsetMs: 15 * MINUTE });
    expect([await isReplayed(), await isReplayed()]).toEqual([null, 'true']);
  } finally {
    moveClock({ offsetMs: 0 });
  }
});

test('a file is sent as it is, under its own policy and with every other security header', async () => {
  const headers = {
    etag: '"p1"',
    'cache-control': 'public, max-age=60',
    'content-security-policy': SANDBOXED,
  };
  file = { status: 200, contentType: 'image/png', body: png(3), headers };
  const answer = await knock('/pictures/1');
  expect(answer.status).toBe(200);
  expect(new Uint8Array(await answer.arrayBuffer())).toEqual(png(3));
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    ...headers,
    'content-type': 'image/png',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'strict-transport-security': expect.stringContaining('max-age=63072000'),
  });

  file = { status: 200, contentType: 'text/plain', body: 'plain', headers: {} };
  const plain = await knock('/pictures/1');
  expect(await plain.text()).toBe('plain');
  expect(plain.headers.get('content-security-policy')).toContain(
    "default-src 'none'; frame-ancestors 'none'",
  );
  expect(plain.headers.get('cache-control')).toBe('no-store');
});

test('what a request asks of a file is left to the verb, and so is every status', async () => {
  const asked = {
    'if-none-match': '"p1"',
    'if-modified-since': 'now',
    range: 'bytes=0-1',
    'if-range': '"p1"',
  };
  const range = { 'content-range': 'bytes 0-1/3', 'accept-ranges': 'bytes' };
  file = { status: 206, contentType: 'image/png', body: inChunks(1), headers: { etag: '"p1"', ...range } };
  const part = await knock('/pictures/1', { headers: asked });
  expect([part.status, (await part.arrayBuffer()).byteLength]).toEqual([206, 100]);
  expect(Object.fromEntries(part.headers)).toMatchObject(range);
  expect(reached[0]?.input.conditions).toEqual({
    ifNoneMatch: '"p1"',
    ifModifiedSince: 'now',
    range: 'bytes=0-1',
    ifRange: '"p1"',
  });

  for (const status of [304, 416] as const) {
    file = { status, contentType: null, body: null, headers: { 'content-range': 'bytes */3' } };
    const answer = await knock('/pictures/1');
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      status,
      null,
      '',
    ]);
  }
});

test('a public page is sent as the bytes that were kept, and not at all to who has them', async () => {
  const text = publicText(Thing, thing);
  page = new PublicAnswer(text, 'kept');
  const answer = await knock('/page');
  expect(await answer.text()).toBe(text);
  expect([answer.headers.get('content-type'), answer.headers.get('etag')]).toEqual([
    'application/json',
    '"kept"',
  ]);
  expect((await knock('/page', { headers: { 'if-none-match': '"kept"' } })).status).toBe(304);
});

test('a browser may ask for versions and parts, and read where things are', async () => {
  const headers = { origin: 'http://localhost:3000', 'access-control-request-method': 'PUT' };
  const preflight = await knock('/thing', { method: 'OPTIONS', headers });
  const asked = preflight.headers.get('access-control-allow-headers')?.split(',');
  expect(asked).toEqual(expect.arrayContaining(['if-match', 'cache-control', 'range', 'if-range']));
  const shown = (await knock('/thing', { headers })).headers.get('access-control-expose-headers')?.split(',');
  expect(shown).toEqual(expect.arrayContaining(['etag', 'location', 'content-range', 'accept-ranges']));
});

test('a verb gets only what its contract asks for, and answers with what that promises', () => {
  const get = { method: 'get', path: '/a', operationId: 'a', room, summary: 'A', access: 'public' } as const;
  const plain = { ...get, refusals: [], status: 200 } as const;
  // @ts-expect-error without `guarded` there are no versions
  endpoint({ ...plain, handle: async (_ctx, { ifMatch }) => ifMatch.length });
  // @ts-expect-error without `upload` there is no file
  endpoint({ ...plain, handle: async (_ctx, { upload }) => upload.bytes });
  // @ts-expect-error with `file` the result is a file
  endpoint({ ...plain, file: { types: ['text/plain'] }, handle: async () => 'text' });
});

test('the published contract says all of this', () => {
  const info = { title: 'Test', version: '1' };
  const { paths = {} } = JSON.parse(JSON.stringify(app.getOpenAPI31Document({ openapi: '3.1.0', info }))) as {
    paths: Record<string, Record<string, Published>>;
  };
  const { get, put } = paths['/v1/test/thing'] ?? {};
  expect(get?.security).toEqual([{}, { session: [] }, { apiKey: ['properties:read'] }]);
  expect(get?.responses[401]?.description).toBe('auth.invalid_token, auth.required, auth.session_ended');
  expect(put?.parameters).toContainEqual(
    expect.objectContaining({ name: 'If-Match', in: 'header', required: true }),
  );
  expect(put?.responses[412]?.description).toBe('request.precondition_failed');
  expect(put?.responses[428]?.description).toBe('request.precondition_required');
  expect(get?.responses).not.toHaveProperty('428');

  const posted = paths['/v1/test/pictures']?.post;
  const binary = { schema: { type: 'string', format: 'binary' } };
  expect(posted?.requestBody).toEqual({
    required: true,
    content: { 'image/png': binary, 'image/jpeg': binary },
  });
  expect(posted?.['x-max-body-bytes']).toBe(MAX_BYTES);
  expect(posted?.responses).toMatchObject({
    413: { description: 'request.too_large' },
    415: { description: 'request.unsupported_media_type' },
  });

  const read = paths['/v1/test/pictures/1']?.get;
  expect(read?.parameters?.map(({ name }) => name)).toEqual(['If-None-Match', 'Range', 'If-Range']);
  expect(read?.responses).toMatchObject({
    200: { content: { 'image/png': binary, 'text/plain': { schema: { type: 'string' } } } },
    206: { headers: { ETag: {}, 'Content-Range': {}, 'Accept-Ranges': {} } },
    304: {},
    416: { headers: { 'Content-Range': {} } },
  });
});

type Published = {
  security: object[];
  parameters?: { name: string }[];
  requestBody?: object;
  responses: Record<string, { description: string }>;
  'x-max-body-bytes'?: number;
};
