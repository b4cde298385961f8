import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toMpesaPhone } from '../../../src/payments/mpesa/phone.ts';

test.each([
  ['0708374149', '254708374149'],
  ['0112345678', '254112345678'],
  ['+254708374149', '254708374149'],
  ['254708374149', '254708374149'],
  ['+254112345678', '254112345678'],
  ['0708 374 149', '254708374149'],
  ['+254-708-374149', '254708374149'],
  [' 0708374149 ', '254708374149'],
])('the Kenyan mobile number %j is %s to M-Pesa', (text, phone) => {
  expect(toMpesaPhone(text)).toBe(phone);
});

test.each([
  ['', '708374149', '0808374149', '0208374149', '070837414', '07083741499', '00254708374149'],
  ['++254708374149', '255708374149', '+1 555 123 4567', '254608374149', '0708374149x', '07O8374149'],
  ['٠٧٠٨٣٧٤١٤٩', '0708374149\n0708374149', '+0708374149', '254+708374149', '0708  374149', '-0708374149'],
])('no other number is one: %j …', (...texts) => {
  for (const text of texts) expect([text, toMpesaPhone(text)]).toEqual([text, null]);
});

test('what comes out is always twelve digits, and is what it was when it goes in again', () => {
  const digits = fc.stringMatching(/^(0|\+?254)[17]?[0-9 ]{7,11}$/);
  fc.assert(
    fc.property(fc.oneof(fc.string(), digits), (text) => {
      const phone = toMpesaPhone(text);
      if (phone === null) return;
      expect(phone).toMatch(/^254[17]\d{8}$/);
      expect(toMpesaPhone(phone)).toBe(phone);
      expect(text.replace(/\D/g, '').slice(-9)).toBe(phone.slice(-9));
    }),
  );
});
