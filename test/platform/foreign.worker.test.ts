import { expect, test, vi } from 'vitest';
import { createDnsOverHttps, createForeign } from '../../src/platform/foreign.ts';
import { HARMLESS, HOSTILE } from './foreign-corpus.ts';

const FEED = { maxBytes: 1_000, timeoutMs: 1_000, maxRedirects: 3 };

test('the runtime reads addresses as the check expects: no hostile one is asked for anything', async () => {
  const fetch = vi.fn(async () => new Response('ok'));
  const { fetchForeign, checkUrl } = createForeign({ fetch });
  for (const [url, problem] of HOSTILE) {
    const answer = await fetchForeign(url, FEED);
    expect(answer, url).toEqual({ ok: false, reason: 'not_allowed', problem });
  }
  expect(fetch).not.toHaveBeenCalled();
  for (const [url, href] of HARMLESS) expect(checkUrl(url).href).toBe(href);
});

test('the runtime cuts off a body without end and takes every option of a request', async () => {
  const stream = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(100)) });
  const { fetchForeign } = createForeign({
    fetch: async (url, init) => {
      expect(new Request(url, init).redirect).toBe('manual');
      return new Response(stream);
    },
  });
  const visit = { ...FEED, method: 'POST', body: '{}', headers: { 'webhook-id': 'msg_1' } } as const;
  expect(await fetchForeign('https://cal.roost-host.com/', visit)).toEqual({
    ok: false,
    reason: 'too_large',
  });
});

test('the runtime takes the look-up of a name as it is asked', async () => {
  const asked: string[] = [];
  const resolve = createDnsOverHttps(async (url, init) => {
    asked.push(new Request(url, init).headers.get('accept') ?? '');
    return Response.json({ Status: 0, Answer: [{ type: 1, data: '10.0.0.1' }] });
  });
  const fetch = vi.fn(async () => new Response('ok'));
  const { fetchForeign } = createForeign({ fetch, resolve });
  const answer = await fetchForeign('https://inside.roost-host.com/', FEED);
  expect(answer).toEqual({ ok: false, reason: 'not_allowed', problem: 'private_address' });
  expect(asked).toEqual(['application/dns-json', 'application/dns-json']);
  expect(fetch).not.toHaveBeenCalled();
});
