import { early } from './errors.ts';

const MAX_AMOUNT = 99_999_999;
/** Written with two more digits than they have, which are zeros. */
const PADDED = ['isk', 'ugx'];
/** Written without the two digits that they have. */
const WHOLE_ONLY = ['mga'];
/** The third digit after the point has to be zero. */
const THREE_DIGITS = ['bhd', 'jod', 'kwd', 'omr', 'tnd'];

/** As everybody else writes it. */
export function toMinorUnits(amount: number, currency: string): number {
  if (PADDED.includes(currency)) return amount / 100;
  return WHOLE_ONLY.includes(currency) ? amount * 100 : amount;
}

export function checkAmount(amount: number, currency: string): void {
  if (amount > MAX_AMOUNT) {
    throw early('Amount must be no more than $999,999.99', { code: 'amount_too_large', param: 'amount' });
  }
  const step = PADDED.includes(currency) ? 100 : THREE_DIGITS.includes(currency) ? 10 : 1;
  if (amount % step !== 0) {
    throw early(`Amounts in ${currency} are multiples of ${step}`, {
      code: 'parameter_invalid',
      param: 'amount',
    });
  }
}
