import { expect, test } from 'vitest';
import { decideResult } from '../../../src/payments/mpesa/decide-result.ts';
import type { MpesaResult } from '../../../src/payments/mpesa/read-callback.ts';

const ID = 'eff_1';
const told = (fields: Partial<MpesaResult>): MpesaResult => ({
  kind: 'result',
  originatorId: '3213-416199-2',
  conversationId: 'AG_1',
  succeeded: (fields.resultCode ?? '0') === '0',
  resultCode: '0',
  amountMinor: null,
  receipt: null,
  phone: null,
  at: null,
  status: null,
  ...fields,
});
const status = (text: string, originatorId: string | null = ID) => ({ status: { originatorId, text } });

test.each([
  ['its own success', told({ originatorId: ID }), 'done'],
  ['its own failure', told({ originatorId: ID, resultCode: '2040' }), 'failed'],
  ['its own failure, whatever the code', told({ originatorId: ID, resultCode: 'R000002' }), 'failed'],
  ['an answer that it is complete', told(status('Completed')), 'done'],
  ['an answer that it failed', told(status('Failed')), 'failed'],
  ['an answer that it was declined', told(status('DECLINED')), 'failed'],
  ['an answer that it is under way', told(status('Pending')), 'pending'],
  ['an answer in a word that nobody knows', told(status('Incomplete')), 'pending'],
  ["an answer about somebody else's", told(status('Completed', 'eff_2')), 'unknown'],
  ['an answer about nobody', told(status('Completed', null)), 'unknown'],
  ['an answer that is a failure itself', told({ ...status('Completed'), resultCode: '1' }), 'unknown'],
  ['an answer that there is no such thing', told({ resultCode: 'R000002' }), 'missing'],
  ['an answer that we may not ask', told({ resultCode: '2001' }), 'unknown'],
  ['a success of something else', told({}), 'unknown'],
])('of an effect, %s is understood', (_, result, verdict) => {
  expect(decideResult(result, ID)).toBe(verdict);
});
