import { describe, expect, it } from 'vitest';
import { openSandbox } from './ground.ts';

const { call } = openSandbox();
const SITEVERIFY = '/sandbox/turnstile/v0/siteverify';
const SECRET = '0x4AAAAAAAsandbox';

const mint = async (body: unknown = { action: 'login' }) =>
  (await call('POST', '/sandbox/turnstile/tokens', body)).body.token as string;
const verify = async (fields: Record<string, unknown>) => (await call('POST', SITEVERIFY, fields)).body;
const refusedWith = (code: string) => ({ success: false, 'error-codes': [code] });

describe('turnstile', () => {
  it('passes a minted token, and says for what and where it was solved', async () => {
    const response = await mint({ action: 'register', hostname: 'www.roost.test' });

    expect(await verify({ secret: SECRET, response, remoteip: '192.0.2.1' })).toEqual({
      success: true,
      'error-codes': [],
      challenge_ts: expect.stringMatching(/Z$/),
      hostname: 'www.roost.test',
      action: 'register',
      cdata: '',
    });
  });

  it('takes localhost for the host when none is named', async () => {
    expect(await verify({ secret: SECRET, response: await mint() })).toMatchObject({ hostname: 'localhost' });
  });

  it('passes a token once, also when it comes twice at once', async () => {
    const response = await mint();
    const answers = await Promise.all(Array.from({ length: 8 }, () => verify({ secret: SECRET, response })));

    expect(answers.filter(({ success }) => success)).toHaveLength(1);
    expect(await verify({ secret: SECRET, response })).toMatchObject(refusedWith('timeout-or-duplicate'));
  });

  it('passes a token of nearly five minutes, and none of more than five', async () => {
    const [young, old] = [await mint(), await mint()];
    await call('POST', '/sandbox/clock', { advance: 'PT4M59S' });
    expect(await verify({ secret: SECRET, response: young })).toMatchObject({ success: true });

    await call('POST', '/sandbox/clock', { advance: 'PT2S' });
    expect(await verify({ secret: SECRET, response: old })).toMatchObject(
      refusedWith('timeout-or-duplicate'),
    );
  });

  it('refuses a token that nobody solved', async () => {
    for (const response of ['XXXX.DUMMY.TOKEN.XXXX', 'x'.repeat(2_049)]) {
      expect(await verify({ secret: SECRET, response })).toMatchObject(refusedWith('invalid-input-response'));
    }
  });

  it('gives a repeated idempotency key its first answer, good or bad, for that token only', async () => {
    const [first, second] = [await mint(), await mint()];
    const idempotency_key = crypto.randomUUID();
    const passed = await verify({ secret: SECRET, response: first, idempotency_key });
    expect(passed).toMatchObject({ success: true });
    await call('POST', '/sandbox/clock', { advance: 'PT1H' });

    expect(await verify({ secret: SECRET, response: first, idempotency_key })).toEqual(passed);
    expect(await verify({ secret: SECRET, response: first })).toMatchObject(
      refusedWith('timeout-or-duplicate'),
    );
    const late = await verify({ secret: SECRET, response: second, idempotency_key });
    expect(late).toMatchObject(refusedWith('timeout-or-duplicate'));
    expect(await verify({ secret: SECRET, response: second, idempotency_key })).toEqual(late);
  });

  it('names the input that is missing', async () => {
    const response = await mint();

    expect(await verify({ response })).toMatchObject(refusedWith('missing-input-secret'));
    expect(await verify({ secret: '', response })).toMatchObject(refusedWith('missing-input-secret'));
    expect(await verify({ secret: SECRET })).toMatchObject(refusedWith('missing-input-response'));
    expect(await verify({ secret: SECRET, response })).toMatchObject({ success: true });
  });

  it('reads forms as well as JSON', async () => {
    const form = new URLSearchParams({ secret: SECRET, response: await mint() });
    expect((await call('POST', SITEVERIFY, form)).body).toMatchObject({ success: true });

    const multipart = new FormData();
    multipart.set('secret', SECRET);
    multipart.set('response', await mint());
    expect((await call('POST', SITEVERIFY, multipart)).body).toMatchObject({ success: true });
  });

  it.each([
    ['no JSON', 'nonsense', 'application/json'],
    ['a list', '[]', 'application/json'],
    ['another type', 'secret=a', 'text/plain'],
  ])('calls a body that is %s a bad request', async (_, body, type) => {
    const answer = await call('POST', SITEVERIFY, body, { 'content-type': type });
    expect(answer).toMatchObject({ status: 400, body: refusedWith('bad-request') });
  });

  it.each([
    ['1x0000000000000000000000000000000AA', { success: true, 'error-codes': [], hostname: 'example.com' }],
    ['2x0000000000000000000000000000000AA', refusedWith('invalid-input-response')],
    ['3x0000000000000000000000000000000AA', refusedWith('timeout-or-duplicate')],
  ])('answers the documented test secret %s, and spends nothing', async (secret, expected) => {
    const response = await mint();
    const metadata = { result_with_testing_key: true };

    expect(await verify({ secret, response: 'XXXX.DUMMY.TOKEN.XXXX' })).toMatchObject({
      ...expected,
      metadata,
    });
    expect(await verify({ secret, response })).toMatchObject({ ...expected, metadata });
    expect(await verify({ secret: SECRET, response })).toMatchObject({ success: true });
  });

  it.each([
    [{}],
    [{ action: '' }],
    [{ action: 'log in' }],
    [{ action: 'a'.repeat(33) }],
    [{ action: 'a', x: 1 }],
  ])('mints nothing for %j', async (body) => {
    const refused = await call('POST', '/sandbox/turnstile/tokens', body);
    expect(refused).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    expect(refused.body).not.toHaveProperty('token');
  });
});
