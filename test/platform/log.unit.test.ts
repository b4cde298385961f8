import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLog } from '../../src/platform/log.ts';

function logged(fields: Record<string, unknown>): string {
  let written = '';
  createLog({}, (line) => {
    written = line;
  }).info('event', fields);
  return written;
}

const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ1c3JfMSJ9.c2lnbmF0dXJl';
const secrets = ['rk_4dGhpcyBpcyBhIGtleQ', 'rt_ses_01.3.abc-def', jwt, 'ada@example.com', 'whsec_c2VjcmV0'];

test('no token, key or address is logged, wherever it stands in what is logged', () => {
  const place = fc.oneof(
    fc.constant((value: string) => ({ note: value })),
    fc.constant((value: string) => ({ deep: { list: [1, { note: `before ${value} after` }] } })),
    fc.constant((value: string) => ({ error: new Error(`failed with ${value}`) })),
    fc.constant((value: string) => ({ error: new Error('outer', { cause: new Error(value) }) })),
  );
  fc.assert(
    fc.property(fc.constantFrom(...secrets), place, (secret, put) => {
      expect(logged(put(secret))).not.toContain(secret);
    }),
  );
});

test('a field whose name promises a secret is blotted out whatever it holds', () => {
  const names = fc.constantFrom(
    'password',
    'newPassword',
    'refreshToken',
    'secret',
    'mfaToken',
    'email',
    'code',
  );
  fc.assert(
    fc.property(names, fc.string({ minLength: 12 }), (name, value) => {
      const line = logged({ outer: { [name]: `zq${value}` } });
      expect(JSON.parse(line).outer[name]).toBe('[redacted]');
    }),
  );
});

test('a line is one JSON object on one line, and numbers are left alone', () => {
  const line = logged({ text: 'a\nb', d1Trips: 2, tokenCount: 3, big: 10n, circular: 'no' });
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toMatchObject({
    event: 'event',
    level: 'info',
    d1Trips: 2,
    tokenCount: 3,
    big: '10',
  });
});
