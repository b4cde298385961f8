import { expect, test } from 'vitest';
import type { Settings } from '../../src/env.ts';
import { createMailer } from '../../src/platform/mail.ts';
import { createOutbound } from '../../src/platform/outbound.ts';

const MAIL = { to: 'ada@example.com', subject: 'New', text: 'Hello' };
const HEADERS = { 'List-Unsubscribe': '<https://roost.test/stop>' };
const settingsOf = (provider: 'http' | 'cloudflare') =>
  ({
    origin: 'https://roost.test',
    mail: { provider, url: 'https://mail.test/send', token: 'token', from: 'hello@roost.test' },
  }) as Settings;

test('over HTTP a mail has its headers beside its text, and none where it has none', async () => {
  const sent: unknown[] = [];
  const outbound = createOutbound(async (request) => {
    sent.push([request.headers.get('idempotency-key'), await request.json()]);
    return Response.json({});
  });
  const mailer = createMailer(settingsOf('http'), outbound, undefined);
  await mailer.send({ ...MAIL, headers: HEADERS }, 'out_1');
  await mailer.send(MAIL, 'out_2');
  expect(sent).toEqual([
    ['out_1', { from: 'hello@roost.test', ...MAIL, headers: HEADERS }],
    ['out_2', { from: 'hello@roost.test', ...MAIL }],
  ]);
});

test('by Cloudflare a mail has its headers, and the one that folds repeats into the first', async () => {
  const sent: unknown[] = [];
  const binding = { send: async (mail: unknown) => void sent.push(mail) } as unknown as SendEmail;
  const mailer = createMailer(settingsOf('cloudflare'), createOutbound(fetch), binding);
  await mailer.send({ ...MAIL, headers: HEADERS }, 'out_1');
  await mailer.send(MAIL, 'out_2');
  const own = (key: string) => ({ 'Message-ID': `<${key}@roost.test>` });
  expect(sent).toEqual([
    { from: 'hello@roost.test', ...MAIL, headers: { ...HEADERS, ...own('out_1') } },
    { from: 'hello@roost.test', ...MAIL, headers: own('out_2') },
  ]);
});
