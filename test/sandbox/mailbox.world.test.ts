import { describe, expect, it } from 'vitest';
import { openSandbox } from './ground.ts';

const { call, restart } = openSandbox();
const MAIL = {
  from: 'Roost <hello@roost.test>',
  to: 'Ada@Example.com',
  subject: 'Your Roost code',
  text: 'Hello,\r\n\r\n  042137  \r\n\r\nOr follow (https://roost.test/v?c=1&d=2). Not 999999 here.\r\nhttp://a.test/x!',
};

const send = (key: string, mail: unknown = MAIL) =>
  call('POST', '/sandbox/mail', mail, { authorization: 'Bearer any', 'idempotency-key': key });
const list = async (to?: string) => {
  const { body } = await call('GET', to === undefined ? '/sandbox/mail' : `/sandbox/mail?to=${to}`);
  return body.data as Record<string, unknown>[];
};
const key = () => crypto.randomUUID();

describe('the mailbox', () => {
  it('keeps what was sent, with its code and its links picked out', async () => {
    const sent = await send(key());

    expect(sent.status).toBe(200);
    expect(await list()).toEqual([
      {
        id: sent.body.id,
        to: 'Ada@Example.com',
        subject: 'Your Roost code',
        text: MAIL.text,
        code: '042137',
        links: ['https://roost.test/v?c=1&d=2', 'http://a.test/x'],
        sentAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    ]);
  });

  it('shows the headers that a mail was sent with, until it is emptied', async () => {
    const headers = { 'List-Unsubscribe': '<https://roost.test/stop>' };
    await send(key(), { ...MAIL, headers });
    await send(key());

    expect(await list()).toMatchObject([{}, { headers }]);
    expect((await list())[0]).not.toHaveProperty('headers');
    expect((await send(key(), { ...MAIL, headers: { a: 1 } })).status).toBe(400);
  });

  it('has no code where no line is just six digits', async () => {
    await send(key(), { ...MAIL, text: 'Your code is 123456.\n1234567\n12345\n12 34 56' });

    expect((await list())[0]).not.toHaveProperty('code');
  });

  it('shows the newest first, and one address however it is written', async () => {
    await send(key(), { ...MAIL, subject: 'first' });
    await send(key(), { ...MAIL, subject: 'other', to: 'bob@example.com' });
    await send(key(), { ...MAIL, subject: 'second', to: 'ADA@example.COM' });

    expect((await list()).map(({ subject }) => subject)).toEqual(['second', 'other', 'first']);
    expect((await list('ada@EXAMPLE.com')).map(({ subject }) => subject)).toEqual(['second', 'first']);
    expect(await list('ada')).toEqual([]);
    expect(await list('%25')).toEqual([]);
  });

  it('stores a repeated key once and answers it alike, also at the same time and after emptying', async () => {
    const [one, ...others] = await Promise.all(Array.from({ length: 10 }, () => send('same-key')));
    const another = await send('same-key', { ...MAIL, subject: 'another text' });

    expect(new Set([one, ...others, another].map((answer) => `${answer?.status} ${answer?.text}`)).size).toBe(
      1,
    );
    expect(await list()).toHaveLength(1);
    expect((await list())[0]).toMatchObject({ subject: MAIL.subject });

    expect((await call('DELETE', '/sandbox/mail')).status).toBe(204);
    expect(await list()).toEqual([]);
    expect((await send('same-key')).text).toBe(one?.text);
    expect(await list()).toEqual([]);
  });

  it('dates mail by the moved clock', async () => {
    await call('POST', '/sandbox/clock', { now: '2031-05-06T07:08:09Z' });
    await send(key());

    expect((await list())[0]?.sentAt).toMatch(/^2031-05-06T07:08:/);
  });

  it('survives a restart, as do the clock and the faults', async () => {
    const sent = await send(key());
    await call('POST', '/sandbox/clock', { advance: 'P10D' });
    await call('POST', '/sandbox/faults', { target: 'mail', mode: 'down' });

    await restart();

    expect((await list())[0]).toMatchObject({ id: sent.body.id });
    expect((await call('GET', '/sandbox/clock')).body.offsetMs).toBeGreaterThanOrEqual(864_000_000);
    expect((await send(key())).status).toBe(503);
  });

  it.each([
    ['no token', { 'idempotency-key': 'k' }, MAIL, 401, 'auth.required'],
    ['an empty token', { authorization: 'Bearer ', 'idempotency-key': 'k' }, MAIL, 401, 'auth.required'],
    ['another scheme', { authorization: 'Basic YTpi', 'idempotency-key': 'k' }, MAIL, 401, 'auth.required'],
    ['no idempotency key', { authorization: 'Bearer t' }, MAIL, 400, 'request.invalid'],
    ['a missing field', granted(), { from: 'a@b', to: 'c@d', text: '' }, 400, 'request.invalid'],
    ['an unknown field', granted(), { ...MAIL, html: '<b>' }, 400, 'request.invalid'],
    ['a list of receivers', granted(), { ...MAIL, to: ['a@b.c'] }, 400, 'request.invalid'],
    ['half a body', granted('application/json'), '{"from":', 400, 'request.invalid'],
    ['a form', granted('application/x-www-form-urlencoded'), 'from=a', 415, 'request.unsupported_media'],
    ['a huge text', granted(), { ...MAIL, text: 'x'.repeat(262_144) }, 413, 'request.too_large'],
  ])('refuses %s, and nothing has arrived', async (_, headers, body, status, code) => {
    const refused = await call('POST', '/sandbox/mail', body, headers as Record<string, string>);

    expect(refused).toMatchObject({ status, body: { status, code, type: 'about:blank' } });
    expect(refused.headers.get('content-type')).toBe('application/problem+json');
    expect(await list()).toEqual([]);
  });
});

function granted(type?: string): Record<string, string> {
  const headers = { authorization: 'Bearer t', 'idempotency-key': 'refused' };
  return type === undefined ? headers : { ...headers, 'content-type': type };
}
