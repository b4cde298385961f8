import { expect, test } from 'vitest';
import { createKeyring } from '../../../src/kernel/crypto.ts';
import { newIdWithin } from '../../../src/kernel/ids.ts';
import { callbackTokenOf, subjectOf } from '../../../src/payments/callback-token.ts';
import { nameOf, payoutNamed } from '../../../src/payments/payouts/payout-name.ts';
import { CallbackParams } from '../../../src/payments/schemas.ts';

const keyring = createKeyring(new Uint8Array(32));
const bookingId = newIdWithin('bkg', `prp_${'0'.repeat(26)}`, 0);

test.each([0, 1, 12])('whoever calls about attempt %d at a payout is understood', (attempt) => {
  const key = `${bookingId}-payout-3`;
  const token = callbackTokenOf(keyring, nameOf({ key, attempt }));
  expect(CallbackParams.parse({ token })).toEqual({ token });
  expect(payoutNamed(subjectOf(keyring, token) ?? '')).toEqual({ key, bookingId, attempt });
});

test.each([
  '',
  'pay_1-refund-0',
  `${bookingId}-payout-`,
  `${bookingId}-payout-0.1`,
  `${bookingId}-payout-0r`,
])('what is called %j is no payout', (name) => {
  expect(payoutNamed(name)).toBeNull();
});
