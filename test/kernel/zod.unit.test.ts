import { expect, test } from 'vitest';
import { httpsUrl, inAddress, z } from '../../src/kernel/zod.ts';

test.each([
  'https://a.example/\u{feff}',
  ' https://a.example/',
  'https://a.example/ ',
  'http://a.example/',
  'https://user@a.example/',
  'https://127.0.0.1/',
  'https://a',
])('%j is no address of a picture, whatever a lenient reader makes of it', (address) => {
  expect(httpsUrl(500).safeParse(address).success).toBe(false);
});

test('an address of a picture is kept as it was written', () => {
  expect(httpsUrl(500).parse('https://A.example/b?c=%20')).toBe('https://A.example/b?c=%20');
});

test.each(['', ' ', '0x10', '+5', ' 5', '5 ', '1_000', 'Infinity', 'NaN', '.5', '5.'])(
  'in an address %j is no number',
  (text) => {
    expect(inAddress(z.number()).safeParse(text).success).toBe(false);
  },
);

test.each([
  ['0', 0],
  ['-1.25', -1.25],
  ['1e3', 1_000],
])('in an address %j is the number that it is in JSON', (text, number) => {
  expect(inAddress(z.number()).parse(text)).toBe(number);
});
