import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { runCron } from '../../../src/cron.ts';
import { DAY, MINUTE } from '../../../src/kernel/clock.ts';
import { stopUrl } from '../../../src/search/saved/stop-address.ts';
import { advance, type Json, keyring, turnBack } from '../../bookings/ground.ts';
import { everything, request, settings } from '../../worker/ground.ts';
import { listOf, mails, newReader, placeIn, saved, stopsIn, tomorrow, town } from './ground.ts';

beforeEach(async () => {
  await env.DB.prepare('DELETE FROM saved_search').run();
  mails.length = 0;
});
afterEach(turnBack);

const states = async (reader: Awaited<ReturnType<typeof newReader>>) =>
  Object.fromEntries((await listOf(reader)).map(({ name, state }) => [name, state]));
const click = (path: string, init: RequestInit = {}) =>
  request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
    ...init,
  });
const addressOf = (subject: string) =>
  stopUrl({ keyring, settings: settings() }, subject).replace(/^http:\/\/[^/]+/, '');

/** A mail of two searches of one reader, and somebody else who has one too. */
async function told() {
  const [reader, other, city] = [await newReader(), await newReader(), town()];
  for (const name of ['One', 'Two']) await saved(reader, { city }, name);
  await saved(other, { city }, 'Theirs');
  await placeIn(city);
  const all = await tomorrow();
  const mail = all.find(({ to }) => to === reader.email);
  if (!mail) throw new Error('There is a mail');
  const [one = '', two = '', whole = ''] = stopsIn(mail);
  return { reader, other, city, mail, one, two, whole };
}

describe('an address in a mail', () => {
  test('stops the one search that it is of, as often as it is asked to', async () => {
    const { reader, other, city, one } = await told();
    const first = await click(one);
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await first.text()).toContain('no more mails about this saved search.');
    expect(await states(reader)).toEqual({ One: 'stopped', Two: 'watching' });
    const done = await everything();
    expect((await click(one)).status).toBe(200);
    expect(await everything()).toEqual(done);
    expect(await states(other)).toEqual({ Theirs: 'watching' });

    await placeIn(city, 'Another');
    const mail = (await tomorrow()).find(({ to }) => to === reader.email);
    expect(mail?.text).toContain('“Two”');
    expect(mail?.text).not.toContain('“One”');
  });

  test('stops all of an account, as a mail program finds it in the headers', async () => {
    const { reader, other, city, mail, whole } = await told();
    expect(mail.headers?.['List-Unsubscribe']).toBe(`<http://localhost:8787${whole}>`);
    expect((await click(whole)).status).toBe(200);
    expect(await states(reader)).toEqual({ One: 'stopped', Two: 'stopped' });
    expect(await states(other)).toEqual({ Theirs: 'watching' });
    const { results } = await env.DB.prepare('SELECT state, look_at FROM saved_search').all<Json>();
    for (const { state, look_at } of results) expect(look_at === null).toBe(state === 'stopped');
    await placeIn(city, 'Another');
    expect((await tomorrow()).map(({ to }) => to)).toEqual([other.email]);
  });

  test('works however the click is sent, and with nothing in it', async () => {
    const { reader, one, two } = await told();
    expect((await request(one, { method: 'POST' })).status).toBe(200);
    expect((await click(two, { headers: {}, body: new FormData() })).status).toBe(200);
    expect(await states(reader)).toEqual({ One: 'stopped', Two: 'stopped' });
  });

  test('shows who follows it a page with one button, and changes nothing', async () => {
    const { one, whole } = await told();
    const before = await everything();
    for (const [path, about] of [
      [one, 'this saved search'],
      [whole, 'any of your saved searches'],
    ] as const) {
      const page = await request(path);
      expect(page.status).toBe(200);
      expect(Object.fromEntries(page.headers)).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy':
          "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-frame-options': 'DENY',
        'x-content-type-options': 'nosniff',
      });
      const text = await page.text();
      expect(text).toContain(`Do you want no more mails about ${about}?<form method="post"><button>`);
      expect(text).not.toMatch(/token|usr_|sav_|<script|action=/);
      expect((await request(path, { method: 'HEAD' })).status).toBe(200);
    }
    expect(await everything()).toEqual(before);
  });

  test('that nobody here made stops nothing, and shows no page', async () => {
    const { reader, other, one, whole } = await told();
    const [theirs] = await listOf(other);
    const [, mac = ''] = one.split('.');
    const [path = ''] = one.split('?');
    const before = await everything();
    const forged = [
      `${one}x`,
      one.slice(0, -1),
      one.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      `${one}.x`,
      `${path}?token=${theirs.id}.${mac}`,
      `${path}?token=${other.actor.accountId}.${whole.split('.')[1]}`,
      `${path}?token=${reader.actor.accountId}.${mac}`,
      `${path}?token=.${mac}`,
      `${path}?token=${theirs.id}`,
      `${path}?token=${theirs.id}.`,
      `${path}?token=%00.%ff`,
      `${path}?token=${theirs.id}.${keyring.mac('callback', theirs.id)}`,
    ];
    for (const address of forged) {
      for (const answer of [await click(address), await request(address)])
        expect([answer.status, ((await answer.json()) as Json).code], address).toEqual([
          404,
          'saved_searches.token_invalid',
        ]);
    }
    for (const address of [path, `${path}?token=`, `${one}&more=1`, `${path}?token=${'x'.repeat(201)}`])
      expect((await click(address)).status, address).toBe(400);
    expect(await everything()).toEqual(before);
  });

  test('is harmless when what it is of is deleted or over', async () => {
    const { reader, one } = await told();
    await env.DB.prepare("UPDATE saved_search SET state = 'over', look_at = NULL WHERE name = 'One'").run();
    expect((await click(one)).status).toBe(200);
    expect(await states(reader)).toEqual({ One: 'over', Two: 'watching' });
    await env.DB.prepare("DELETE FROM saved_search WHERE name = 'One'").run();
    const before = await everything();
    expect((await click(one)).status).toBe(200);
    expect((await click(addressOf('sav_00000000000000000000000000'))).status).toBe(200);
    expect(await everything()).toEqual(before);
  });

  test('asked twice with one key answers with the same bytes, and another with that key is another', async () => {
    const { reader, one, two } = await told();
    const headers = { 'idempotency-key': 'a click' };
    const first = await click(one, { headers });
    const again = await click(one, { headers });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([200, 'true']);
    expect(again.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await again.text()).toBe(await first.text());
    expect(await states(reader)).toEqual({ One: 'stopped', Two: 'watching' });
    const other = await click(two, { headers });
    expect([other.status, other.headers.get('idempotent-replayed')]).toEqual([200, null]);
    expect(await states(reader)).toEqual({ One: 'stopped', Two: 'stopped' });
  });
});

test('the whole way, by the cron, the queues and the post, with the headers for one click', async () => {
  const [reader, city] = [await newReader(), town()];
  await saved(reader, { city });
  await placeIn(city, 'A light house');
  advance(DAY + MINUTE);
  const execution = createExecutionContext();
  await runCron({ cron: '* * * * *' }, env as Cloudflare.Env, execution);
  await waitOnExecutionContext(execution);
  const box = async () => {
    const answer = await (env as unknown as { SANDBOX: Fetcher }).SANDBOX.fetch(
      `http://sandbox/sandbox/mail?to=${reader.email}`,
    );
    return ((await answer.json()) as Json).data;
  };
  await vi.waitFor(async () => expect(await box()).toHaveLength(1), { timeout: 20_000, interval: 100 });
  const [{ text, links, headers }] = await box();
  expect(text).toContain('A light house');
  expect(headers).toEqual({
    'List-Unsubscribe': `<${links.at(-1)}>`,
    'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
  });
  expect((await click(new URL(links.at(-1)).pathname + new URL(links.at(-1)).search)).status).toBe(200);
  expect(await states(reader)).toEqual({ 'By the lake': 'stopped' });
});
