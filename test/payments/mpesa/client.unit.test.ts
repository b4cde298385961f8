import { expect, test } from 'vitest';
import type { MpesaSettings } from '../../../src/env.ts';
import { Fault } from '../../../src/kernel/errors.ts';
import { createDarajaClient } from '../../../src/payments/mpesa/client.ts';
import type { Outbound } from '../../../src/platform/outbound.ts';

const newSettings = (): MpesaSettings => ({
  url: 'https://daraja.test',
  consumerKey: 'key',
  consumerSecret: 'secret',
  shortcode: '174379',
  passkey: 'passkey',
  initiator: 'roost',
  securityCredential: 'c2VjcmV0',
});

type Reply = { status: number; body: unknown } | 'nothing';
const TOKEN = { status: 200, body: { access_token: 'token-1', expires_in: '3599' } };
const ACCEPTED = { status: 200, body: { ResponseCode: '0', ConversationID: 'AG_1' } };
const error = (status: number, errorCode: unknown, errorMessage: unknown = '') => ({
  status,
  body: { requestId: '1', errorCode, errorMessage },
});

/** A gateway that answers in turn, and remembers what it was asked. */
function gateway(...replies: Reply[]) {
  const asked: string[] = [];
  const tokens: (string | undefined)[] = [];
  const next = () => {
    const reply = replies.shift();
    if (reply === undefined || reply === 'nothing') throw new Fault('daraja.test');
    return reply;
  };
  const outbound: Outbound = {
    post: () => Promise.reject(new Error('not this way')),
    ask: async (url, { headers }) => {
      asked.push(new URL(url).pathname);
      tokens.push(headers?.authorization);
      return next();
    },
  };
  let now = 0;
  const client = createDarajaClient(newSettings(), outbound, { now: () => now });
  const pass = (ms: number) => {
    now += ms;
  };
  return { asked, tokens, pass, ask: () => client.post('/ask', {}) };
}

test('one token serves until a minute before its end', async () => {
  const { ask, asked, tokens, pass } = gateway(TOKEN, ACCEPTED, ACCEPTED, TOKEN, ACCEPTED);
  await ask();
  pass(3_538_000);
  await ask();
  pass(1_000);
  expect((await ask()).kind).toBe('accepted');

  expect(asked).toEqual(['/oauth/v1/generate', '/ask', '/ask', '/oauth/v1/generate', '/ask']);
  expect(tokens[0]).toBe(`Basic ${btoa('key:secret')}`);
  expect(tokens[1]).toBe('Bearer token-1');
});

test.each([
  [404, '404.001.03'],
  [401, '401.002.01'],
  [400, '400.003.01'],
])('a token that has ended early (%d %s) is replaced, once', async (status, code) => {
  const renewed = { status: 200, body: { access_token: 'token-2', expires_in: 3599 } };
  const good = gateway(TOKEN, error(status, code), renewed, ACCEPTED);
  expect((await good.ask()).kind).toBe('accepted');
  expect(good.tokens.at(-1)).toBe('Bearer token-2');

  const bad = gateway(TOKEN, error(status, code), TOKEN, error(status, code), TOKEN, ACCEPTED);
  expect(await bad.ask()).toMatchObject({ kind: 'refused', code });
  expect(bad.asked).toHaveLength(4);
});

test.each([
  ['no answer', 'nothing'],
  ['a refusal', error(400, '400.008.01', 'Invalid Authentication passed')],
  ['no token', { status: 200, body: { expires_in: '3599' } }],
  ['a token without a life', { status: 200, body: { access_token: 'x' } }],
  ['nonsense', { status: 200, body: [] }],
] as [string, Reply][])('without a token nothing is asked: %s', async (_, reply) => {
  const { ask, asked } = gateway(reply, ACCEPTED);
  expect((await ask()).kind).toBe('unsent');
  expect(asked).toEqual(['/oauth/v1/generate']);
});

test.each([
  ['accepted', '0', ACCEPTED],
  ['accepted', '0', { status: 200, body: { ResponseCode: 0 } }],
  ['refused', '1', { status: 200, body: { ResponseCode: '1', ResponseDescription: 'Rejected' } }],
  ['refused', '400.002.02', error(400, '400.002.02', 'Bad Request - Invalid Amount')],
  ['refused', '500.001.1001', error(500, '500.001.1001', 'Unable to lock subscriber, a transaction is …')],
  ['refused', '500.001.1001', error(500, '500.001.1001', 'Wrong credentials')],
  ['unknown', '500.001.1001', error(500, '500.001.1001', 'Server error')],
  ['unknown', '500.003.1001', error(500, '500.003.1001', 'Internal Server Error')],
  ['unknown', '500.003.02', error(429, '500.003.02', 'Spike arrest violation')],
  ['unknown', 'status_503', { status: 503, body: {} }],
  ['unknown', 'status_400', { status: 400, body: null }],
  ['unknown', 'status_400', error(400, 7)],
  ['unknown', 'status_200', { status: 200, body: 'ok' }],
  ['unknown', 'status_302', { status: 302, body: { ResponseCode: '0' } }],
  ['unknown', 'no_answer', 'nothing'],
] as [string, string, Reply][])(
  'what was %s (%s) is told by nothing less clear than %j',
  async (kind, code, reply) => {
    const { ask, asked } = gateway(TOKEN, reply);
    const said = await ask();
    expect(said.kind).toBe(kind);
    if (said.kind !== 'accepted') expect(said.code).toBe(code);
    expect(asked).toHaveLength(2);
  },
);
