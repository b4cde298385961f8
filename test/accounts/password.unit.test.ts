import { expect, test } from 'vitest';
import { commonPasswordsText } from '../../scripts/common-passwords.ts';
import { openCommonPasswords } from '../../src/accounts/common-passwords.ts';
import {
  hashPassword,
  needsRehash,
  passwordMatches,
  refuseEasyPassword,
} from '../../src/accounts/password.ts';
import type { Refusal } from '../../src/kernel/errors.ts';

const COST = 8;

const files = { fetch: async () => new Response(commonPasswordsText()) };

async function refusalOf(password: string, known: readonly string[] = []) {
  try {
    await refuseEasyPassword(files, password, '/newPassword', known);
    return null;
  } catch (error) {
    return (error as Refusal).details.errors;
  }
}

// The first, because what was read once is kept.
test('while the list cannot be read no password is good enough, and it is asked for again', async () => {
  const ask = (fetch: () => Promise<Response>) =>
    refuseEasyPassword({ fetch }, 'violet-tram-4711', '/newPassword', []);
  const failures = [
    async () => Response.json([], { status: 404 }),
    async () => new Response('<html>'),
    () => Promise.reject(new Error('down')),
  ];
  for (const fetch of failures) await expect(ask(fetch)).rejects.toThrow('files did not answer');

  let reads = 0;
  const fetch = async () => {
    reads += 1;
    return new Response(commonPasswordsText());
  };
  await ask(fetch);
  await ask(fetch);
  expect(reads).toBe(1);
});

test('a hash says how it was made, has its own salt, and matches its password alone', () => {
  const hash = hashPassword('violet-tram-4711', COST);
  expect(hash).toMatch(/^scrypt\$8\$[\w-]{22}\$[\w-]{43}$/);
  expect(hashPassword('violet-tram-4711', COST)).not.toBe(hash);
  expect(passwordMatches('violet-tram-4711', hash, COST)).toBe(true);
  for (const wrong of ['violet-tram-4712', 'Violet-tram-4711', 'violet-tram-4711 ', '']) {
    expect(passwordMatches(wrong, hash, COST)).toBe(false);
  }
});

test('a hash is checked at the cost it was made with, whatever the cost is now', () => {
  const old = hashPassword('violet-tram-4711', 8);
  expect(passwordMatches('violet-tram-4711', old, 10)).toBe(true);
  expect(passwordMatches('violet-tram-4712', old, 10)).toBe(false);
});

test('a hash is renewed when the cost has grown, and never made cheaper', () => {
  const hash = hashPassword('violet-tram-4711', 9);
  expect([8, 9, 10].map((cost) => needsRehash(hash, cost))).toEqual([false, false, true]);
});

test('no hash, and a hash that is not one, match nothing', () => {
  const [, cost, salt, key] = hashPassword('violet-tram-4711', COST).split('$');
  const broken = [
    '',
    'scrypt',
    `scrypt$${cost}$${salt}`,
    `argon2$${cost}$${salt}$${key}`,
    `scrypt$$${salt}$${key}`,
  ];
  for (const hash of [null, ...broken]) expect(passwordMatches('violet-tram-4711', hash, COST)).toBe(false);
});

test('somebody without a hash is given the same work as somebody with one', () => {
  const hash = hashPassword('violet-tram-4711', 11);
  const timed = (stored: string | null) => {
    const start = performance.now();
    passwordMatches('wrong-password', stored, 11);
    return performance.now() - start;
  };
  // The shortest of each, taken in turns: a busy machine makes runs longer, never shorter.
  const turns = Array.from({ length: 9 }, () => ({ known: timed(hash), unknown: timed(null) }));
  const known = Math.min(...turns.map((turn) => turn.known));
  const unknown = Math.min(...turns.map((turn) => turn.unknown));
  expect(unknown / known).toBeGreaterThan(0.5);
  expect(unknown / known).toBeLessThan(2);
});

test('a letter that can be typed in two ways is one letter', () => {
  const hash = hashPassword('cafe\u0301 ole\u0301 ﬁve', COST);
  expect(passwordMatches('caf\u00e9 ol\u00e9 five', hash, COST)).toBe(true);
});

test('a password that many people have is refused in any capitals and any width of letters', async () => {
  const common = [...(await openCommonPasswords(files))];
  expect(common.length).toBeGreaterThan(1_000);
  expect(common.every((word) => word.length >= 10 && word === word.normalize('NFKC').toLowerCase())).toBe(
    true,
  );
  for (const password of [common[0], common.at(-1), 'PASSWORD1234', 'ｐａｓｓｗｏｒｄ１２３４']) {
    expect(await refusalOf(password as string), password).toEqual([
      { in: 'body', pointer: '/newPassword', code: 'common_password', message: 'is too easy to guess' },
    ]);
  }
});

test('a password that only repeats itself is refused', async () => {
  for (const password of ['aaaaaaaaaaaa', 'abababababab', 'roostroostroost', 'Secret77Secret77']) {
    expect(await refusalOf(password), password).not.toBeNull();
  }
  expect(await refusalOf('aaaaaaaaaaab')).toBeNull();
});

test('a password that contains the own address is refused, and a short one in front of the @ does not count', async () => {
  expect(await refusalOf('ada.lovelace-2026', ['ada.lovelace'])).not.toBeNull();
  expect(await refusalOf('ADA.LOVELACE-2026', ['ada.lovelace'])).not.toBeNull();
  expect(await refusalOf('we-like-adam-a-lot', ['ada'])).toBeNull();
});

test('an ordinary good password passes', async () => {
  for (const password of [
    'violet-tram-4711',
    'Отличный пароль',
    '非常に長いパスワードです',
    'correct horse',
  ]) {
    expect(await refusalOf(password, ['grace']), password).toBeNull();
  }
});
