import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { Refusal } from '../../src/kernel/errors.ts';
import {
  checkForeignUrl,
  createDnsOverHttps,
  createForeign,
  type ForeignOptions,
  UrlNotAllowed,
  type Visit,
} from '../../src/platform/foreign.ts';
import { isPublicAddress } from '../../src/platform/foreign-dns.ts';
import { HARMLESS, HOSTILE } from './foreign-corpus.ts';

const FEED: Visit = { maxBytes: 1_000_000, timeoutMs: 1_000, maxRedirects: 3 };
const WEBHOOK: Visit = { ...FEED, method: 'POST', body: '{}', maxRedirects: 0 };
const HOME = 'https://cal.roost-host.com/a.ics';

type Answer = (url: string, init: RequestInit) => Response | Promise<Response>;

/** A trap that counts what is asked of it. */
function visiting(answer: Answer, options: Omit<ForeignOptions, 'fetch'> = {}) {
  const fetch = vi.fn(async (url: string, init: RequestInit) => answer(url, init));
  return { fetch, ...createForeign({ fetch, ...options }) };
}

const redirect = (location: string, status = 302) => new Response('moved', { status, headers: { location } });

function endless(chunkBytes: number, betweenMs = 0) {
  let pulled = 0;
  let isCancelled = false;
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (betweenMs > 0) await new Promise((done) => setTimeout(done, betweenMs));
        if (isCancelled) return;
        pulled += chunkBytes;
        controller.enqueue(new Uint8Array(chunkBytes));
      },
      cancel() {
        isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { stream, pulled: () => pulled, isCancelled: () => isCancelled };
}

test('no hostile address is accepted from a user, and each refusal says why', () => {
  expect(HOSTILE.length).toBeGreaterThanOrEqual(60);
  for (const [url, problem] of HOSTILE) {
    try {
      checkForeignUrl(url, '/feedUrl');
      expect.unreachable(`${JSON.stringify(url)} was accepted`);
    } catch (error) {
      expect(error, url).toBeInstanceOf(Refusal);
      const { type, details } = error as Refusal;
      expect(type).toBe(UrlNotAllowed);
      expect(details.errors, JSON.stringify(url)).toMatchObject([
        { in: 'body', pointer: '/feedUrl', code: problem },
      ]);
    }
  }
});

test('no hostile address is asked for anything', async () => {
  const { fetch, fetchForeign } = visiting(() => new Response('secret'));
  for (const [url, problem] of HOSTILE) {
    expect(await fetchForeign(url, FEED), url).toEqual({ ok: false, reason: 'not_allowed', problem });
  }
  expect(fetch).not.toHaveBeenCalled();
});

test('no redirect leads to a hostile address', async () => {
  for (const [hostile, problem] of HOSTILE) {
    // What the URL parser makes of a relative or padded one may be harmless: then it is just another page.
    const target = URL.parse(hostile, HOME);
    if (target === null || target.href.startsWith('https://cal.roost-host.com/')) continue;
    const { fetch, fetchForeign } = visiting(() => redirect(target.href));
    const answer = await fetchForeign(HOME, FEED);
    expect(answer, `${hostile} (${problem})`).toMatchObject({ ok: false, reason: 'not_allowed' });
    expect(fetch).toHaveBeenCalledTimes(1);
  }
});

test('a redirect to the cloud’s metadata or from https to http ends the visit after one request', async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    for (const location of [
      'http://169.254.169.254/',
      'https://169.254.169.254/',
      '//[::1]/',
      HOME.replace('s:', ':'),
    ]) {
      const { fetch, fetchForeign } = visiting(() => redirect(location, status));
      expect(await fetchForeign(HOME, FEED)).toMatchObject({ ok: false, reason: 'not_allowed' });
      expect(fetch).toHaveBeenCalledTimes(1);
    }
  }
});

test('a harmless address is visited under its one spelling', async () => {
  const { fetch, fetchForeign, checkUrl } = visiting(() => new Response('ok'));
  for (const [url, href] of HARMLESS) {
    expect(checkUrl(url).href).toBe(href);
    expect(await fetchForeign(checkUrl(url), FEED)).toMatchObject({ ok: true, status: 200 });
    expect(fetch).toHaveBeenLastCalledWith(href, expect.anything());
  }
});

test('text that was never meant as an address is refused, not crashed on', () => {
  const piece = fc.constantFrom(
    ...'https:/\\@?#.[]%&~_-0127xfA海ø。\t\n\r \u0000\u00ad\ud800',
    '.com',
    'localhost',
  );
  const text = fc.oneof(
    fc.string({ unit: piece, maxLength: 20 }).map((rest) => `https://${rest}`),
    fc.string({ unit: piece, maxLength: 20 }),
  );
  fc.assert(
    fc.property(text, (url) => {
      try {
        const { protocol, port, username, hostname } = checkForeignUrl(url);
        expect([protocol, port, username]).toEqual(['https:', '', '']);
        expect(hostname).toMatch(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/);
        expect(hostname).not.toMatch(/\.\d+$/);
      } catch (error) {
        expect((error as Refusal).type).toBe(UrlNotAllowed);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('an address in four numbers is refused however the numbers are written', () => {
  const written = fc
    .tuple(fc.nat(255), fc.constantFrom(10, 8, 16))
    .map(([byte, base]) => `${base === 16 ? '0x' : base === 8 ? '0' : ''}${byte.toString(base)}`);
  const whole = fc.nat(0xffffffff).map(String);
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(written, { minLength: 4, maxLength: 4 }).map((bytes) => bytes.join('.')),
        whole,
      ),
      (host) => {
        expect(() => checkForeignUrl(`https://${host}/`)).toThrow(Refusal);
      },
    ),
  );
});

test('redirects are followed as far as the visit allows, and a loop ends there', async () => {
  const hops = (count: number) =>
    visiting((url) => {
      const hop = Number(new URL(url).searchParams.get('hop'));
      return hop < count ? redirect(`?hop=${hop + 1}`) : new Response('there');
    });
  const three = hops(3);
  expect(await three.fetchForeign(HOME, FEED)).toMatchObject({ ok: true });
  expect(three.fetch).toHaveBeenCalledTimes(4);
  for (const [site, visit, requests] of [
    [hops(4), FEED, 4],
    [visiting(() => redirect(HOME)), FEED, 4],
    [visiting(() => redirect(HOME)), WEBHOOK, 1],
    [visiting(() => redirect(HOME)), { ...WEBHOOK, maxRedirects: 3 }, 1],
    [visiting(() => new Response(null, { status: 302 })), FEED, 1],
    [visiting(() => redirect('https://')), FEED, 1],
  ] as const) {
    expect(await site.fetchForeign(HOME, visit)).toEqual({ ok: false, reason: 'redirects' });
    expect(site.fetch).toHaveBeenCalledTimes(requests);
  }
});

test('of a body that has no end, little more than the limit is read', async () => {
  const body = endless(10_000);
  const { fetchForeign } = visiting(() => new Response(body.stream));
  const answer = await fetchForeign(HOME, { ...FEED, maxBytes: 100_000 });
  expect(answer).toEqual({ ok: false, reason: 'too_large' });
  expect(body.pulled()).toBeLessThanOrEqual(120_000);
  expect(body.isCancelled()).toBe(true);
});

test('a body of 10 MB is refused, by its announced length before a byte of it is read', async () => {
  const big = new Uint8Array(10_000_000);
  const { fetchForeign } = visiting(() => new Response(big));
  expect(await fetchForeign(HOME, FEED)).toEqual({ ok: false, reason: 'too_large' });

  const body = endless(10_000);
  const headers = { 'content-length': '10000000' };
  const announced = visiting(() => new Response(body.stream, { headers }));
  expect(await announced.fetchForeign(HOME, FEED)).toEqual({ ok: false, reason: 'too_large' });
  expect(body.pulled()).toBe(0);
});

test('a body of exactly the limit is read whole', async () => {
  const sent = Uint8Array.from({ length: 1_000 }, (_, index) => index);
  const { fetchForeign } = visiting(() => new Response(sent));
  expect(await fetchForeign(HOME, { ...FEED, maxBytes: 1_000 })).toMatchObject({ ok: true, body: sent });
  expect(await fetchForeign(HOME, { ...FEED, maxBytes: 999 })).toEqual({ ok: false, reason: 'too_large' });
});

test('one deadline covers a host that is silent, one that drips and one that redirects slowly', async () => {
  const silent = visiting(() => new Promise<Response>(() => {}));
  const body = endless(1, 10);
  const dripping = visiting(() => new Response(body.stream));
  const slow = visiting(async (url) => {
    await new Promise((done) => setTimeout(done, 30));
    return redirect(`${url}x`);
  });
  const deaf = visiting(() => new Response('ok'), { resolve: () => new Promise(() => {}) });
  const visit = { ...FEED, timeoutMs: 60, maxRedirects: 100 };
  for (const { fetchForeign } of [silent, dripping, slow, deaf]) {
    expect(await fetchForeign(HOME, visit)).toEqual({ ok: false, reason: 'timeout' });
  }
  expect(slow.fetch.mock.calls.length).toBeLessThanOrEqual(3);
  expect(deaf.fetch).not.toHaveBeenCalled();
  expect(silent.fetch.mock.calls[0]?.[1].signal?.aborted).toBe(true);
  const pulled = body.pulled();
  await new Promise((done) => setTimeout(done, 30));
  expect(body.pulled()).toBeLessThanOrEqual(pulled + 1);
});

test('a host that fails is unreachable, whatever it fails with', async () => {
  const torn = new ReadableStream({
    pull(controller) {
      controller.error(new Error('reset by 10.0.0.7'));
    },
  });
  for (const answer of [
    () => Promise.reject(new TypeError('connect 10.0.0.7')),
    () => {
      throw new Error('secret');
    },
    () => new Response(torn),
  ] satisfies Answer[]) {
    const { fetchForeign } = visiting(answer);
    expect(await fetchForeign(HOME, FEED)).toEqual({ ok: false, reason: 'unreachable' });
  }
});

test('an error page is a status and nothing of its content', async () => {
  for (const status of [400, 401, 404, 410, 429, 500, 503]) {
    const headers = { 'retry-after': '30', 'set-cookie': 'a=b', 'x-secret': 'yes' };
    const { fetchForeign } = visiting(() => new Response('secret', { status, headers }));
    expect(await fetchForeign(HOME, FEED)).toEqual({
      ok: false,
      reason: 'status',
      status,
      headers: { contentType: 'text/plain;charset=UTF-8', etag: null, lastModified: null, retryAfter: '30' },
    });
  }
});

test('a feed that did not change answers 304 with nothing in it', async () => {
  const { fetch, fetchForeign } = visiting(
    () => new Response(null, { status: 304, headers: { etag: '"1"' } }),
  );
  const answer = await fetchForeign(HOME, { ...FEED, headers: { 'if-none-match': '"1"' } });
  expect(answer).toMatchObject({ ok: true, status: 304, headers: { etag: '"1"' }, body: new Uint8Array(0) });
  expect(new Headers(fetch.mock.calls[0]?.[1].headers).get('if-none-match')).toBe('"1"');
});

test('no cookie and no credential leaves, under any spelling', async () => {
  const { fetch, fetchForeign } = visiting(() => new Response('ok'));
  const headers = {
    Cookie: 'a=b',
    AUTHORIZATION: 'Bearer x',
    'Proxy-Authorization': 'x',
    Host: 'localhost',
    'User-Agent': 'me',
    'X-Forwarded-For': '127.0.0.1',
    'CF-Connecting-IP': '127.0.0.1',
    'Content-Length': '1',
    'webhook-id': 'msg_1',
  };
  await fetchForeign(HOME, { ...WEBHOOK, headers });
  const sent = [...new Headers(fetch.mock.calls[0]?.[1].headers)];
  expect(sent).toEqual([
    ['accept', '*/*'],
    ['user-agent', 'Roost/1.0'],
    ['webhook-id', 'msg_1'],
  ]);
});

test('a header that would begin another one is never sent', async () => {
  const injections: Record<string, string>[] = [
    { 'x-a': 'b\r\nCookie: c' },
    { 'x-a': 'b\nc' },
    { 'x-a\r\nCookie': 'c' },
    { 'x a': 'b' },
    { 'x-a': 'b\u0000' },
    { 'x-a': '海' },
  ];
  for (const headers of injections) {
    const { fetch, fetchForeign } = visiting(() => new Response('ok'));
    const answer = await fetchForeign(HOME, { ...WEBHOOK, headers });
    expect(answer).toEqual({ ok: false, reason: 'not_allowed', problem: 'headers' });
    expect(fetch).not.toHaveBeenCalled();
  }
});

test('what is meant for one site is not told to the next', async () => {
  const { fetch, fetchForeign } = visiting((url) =>
    url === HOME ? redirect('https://elsewhere.roost-host.com/') : new Response('ok'),
  );
  await fetchForeign(HOME, { ...FEED, headers: { 'x-token': 'secret' } });
  const sent = fetch.mock.calls.map(([, init]) => new Headers(init.headers).get('x-token'));
  expect(sent).toEqual(['secret', null]);
});

test('every request is told not to follow redirects by itself', async () => {
  const { fetch, fetchForeign } = visiting((url) => (url === HOME ? redirect('/b') : new Response('ok')));
  await fetchForeign(HOME, FEED);
  expect(fetch.mock.calls.map(([, init]) => init.redirect)).toEqual(['manual', 'manual']);
});

test('a public name that points to a private address is refused, on every hop', async () => {
  for (const addresses of [
    ['127.0.0.1'],
    ['1.1.1.1', '10.0.0.1'],
    ['::1'],
    ['fd00::1'],
    ['::ffff:10.0.0.1'],
    ['rubbish'],
  ]) {
    const { fetch, fetchForeign } = visiting(() => new Response('ok'), { resolve: async () => addresses });
    const refused = { ok: false, reason: 'not_allowed', problem: 'private_address' };
    expect(await fetchForeign(HOME, FEED), String(addresses)).toEqual(refused);
    expect(fetch).not.toHaveBeenCalled();
  }
  const resolve = async (host: string) =>
    host === 'inside.roost-host.com' ? ['169.254.169.254'] : ['1.1.1.1'];
  const { fetch, fetchForeign } = visiting(() => redirect('https://inside.roost-host.com/'), { resolve });
  expect(await fetchForeign(HOME, FEED)).toMatchObject({ problem: 'private_address' });
  expect(fetch).toHaveBeenCalledTimes(1);
});

test('a name that cannot be looked up is not visited', async () => {
  for (const resolve of [async () => [], () => Promise.reject(new Error('SERVFAIL'))]) {
    const { fetch, fetchForeign } = visiting(() => new Response('ok'), { resolve });
    expect(await fetchForeign(HOME, FEED)).toEqual({ ok: false, reason: 'unreachable' });
    expect(fetch).not.toHaveBeenCalled();
  }
});

test('only addresses of the public internet are public', () => {
  const open = ['1.1.1.1', '8.8.8.8', '93.184.216.34', '172.15.255.255', '172.32.0.1', '223.255.255.255'];
  const closed = ['0.1.2.3', '10.255.0.1', '100.64.0.1', '100.127.255.255', '127.8.8.8', '169.254.169.254'];
  closed.push('172.16.0.1', '172.31.255.255', '192.0.0.8', '192.0.2.1', '192.88.99.1', '192.168.0.1');
  closed.push(
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
  );
  open.push('2606:4700:4700::1111', '2001:4860:4860::8888', '2a00:1450:4001::200e');
  closed.push(
    '::',
    '::1',
    '::ffff:8.8.8.8',
    '64:ff9b::808:808',
    '100::1',
    'fc00::1',
    'fd12::1',
    'fe80::1',
    'ff02::1',
  );
  closed.push('2001::1', '2001:20::1', '2001:db8::1', '2002:7f00:1::', '3fff::1', '4000::1', '5f00::1');
  closed.push('', 'localhost', '1.2.3', '1.2.3.256', '1.2.3.4.5', ':', '2606:4700::1]@', '2606::1%eth0');
  for (const address of open) expect(isPublicAddress(address), address).toBe(true);
  for (const address of closed) expect(isPublicAddress(address), address).toBe(false);
});

test('the development sandbox is reached by its exact origin and no other', async () => {
  const allowedOrigins = ['http://sandbox'];
  const { fetch, fetchForeign, checkUrl } = visiting(() => new Response('ok'), { allowedOrigins });
  expect(checkUrl('http://sandbox/feeds/1.ics').pathname).toBe('/feeds/1.ics');
  expect(await fetchForeign('http://sandbox/feeds/1.ics', FEED)).toMatchObject({ ok: true });
  expect(fetch).toHaveBeenCalledTimes(1);
  for (const url of [
    'http://sandbox:8080/',
    'https://sandbox/',
    'http://sandbox.local/',
    'http://localhost/',
  ]) {
    expect(() => checkUrl(url)).toThrow(Refusal);
    expect(await fetchForeign(url, FEED)).toMatchObject({ reason: 'not_allowed' });
  }
  for (const url of ['null', 'data:,x', 'file:///a']) {
    expect(() => visiting(() => new Response(), { allowedOrigins: ['null'] }).checkUrl(url)).toThrow(Refusal);
  }
  expect(fetch).toHaveBeenCalledTimes(1);
});

test('the look-up asks for both kinds of address and passes on only addresses', async () => {
  const answers: Record<string, unknown> = {
    A: {
      Status: 0,
      Answer: [
        { type: 5, data: 'b.roost-host.com.' },
        { type: 1, data: '1.1.1.1' },
      ],
    },
    AAAA: { Status: 0, Answer: [{ type: 28, data: '2606:4700::1' }] },
  };
  const asked: string[] = [];
  const resolve = createDnsOverHttps(async (url) => {
    const { origin, pathname, searchParams } = new URL(url);
    asked.push(`${origin}${pathname} ${searchParams.get('name')}`);
    return Response.json(answers[searchParams.get('type') ?? '']);
  });
  const { signal } = new AbortController();
  expect(await resolve('a.roost-host.com', signal)).toEqual(['1.1.1.1', '2606:4700::1']);
  expect(new Set(asked)).toEqual(new Set(['https://cloudflare-dns.com/dns-query a.roost-host.com']));

  answers.A = { Status: 3 };
  answers.AAAA = { Status: 3 };
  expect(await resolve('a.roost-host.com', signal)).toEqual([]);
  for (const bad of [{ Status: 2 }, {}, { Status: 0, Answer: 'x' }]) {
    answers.A = bad;
    await expect(resolve('a.roost-host.com', signal)).rejects.toThrow();
  }
});
