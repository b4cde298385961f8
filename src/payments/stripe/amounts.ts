import type { Currency } from '../../kernel/money.ts';
import type { Sendable } from '../ports.ts';

const MAX_AMOUNT = 99_999_999;

/** Stripe writes two zeros behind the whole units of these, and takes no other digits there. */
const PADDED = ['ISK', 'UGX'];
/** Stripe has no hundredths of these. */
const WHOLE_ONLY = ['MGA'];
/** Stripe wants a zero for the third digit after the point. */
const THREE_DIGITS = ['BHD', 'JOD', 'KWD', 'OMR', 'TND'];
/** ISO 4217's currencies in which Stripe takes no payments. */
// biome-ignore format: a table is read by rows
const NOT_THERE = [
  'BTN', 'CUP', 'ERN', 'GHS', 'IQD', 'IRR', 'KPW', 'LYD', 'MRU', 'SDG', 'SSP', 'STN', 'SVC', 'SYP',
  'TMT', 'VED', 'VES', 'ZWG',
];

/** Our minor units as Stripe writes them; not whole where Stripe can't write them. */
export function toStripeAmount(amount: number, currency: Currency): number {
  if (PADDED.includes(currency)) return amount * 100;
  return WHOLE_ONLY.includes(currency) ? amount / 100 : amount;
}

/** Takes Stripe's spelling of the currency, which is in small letters. */
export function fromStripeAmount(amount: number, currency: string): number {
  const code = currency.toUpperCase();
  if (PADDED.includes(code)) return amount / 100;
  return WHOLE_ONLY.includes(code) ? amount * 100 : amount;
}

/** In the steps and up to the amount that Stripe writes. */
export function sendableIn(currency: Currency): Sendable | null {
  if (NOT_THERE.includes(currency)) return null;
  const unit = WHOLE_ONLY.includes(currency) ? 100 : THREE_DIGITS.includes(currency) ? 10 : 1;
  const written = toStripeAmount(unit, currency);
  return { unit, least: unit, most: Math.floor(MAX_AMOUNT / written) * unit };
}

export function acceptsAmount({ amount, currency }: { amount: number; currency: Currency }): boolean {
  if (NOT_THERE.includes(currency)) return false;
  if (THREE_DIGITS.includes(currency) && amount % 10 !== 0) return false;
  const written = toStripeAmount(amount, currency);
  return Number.isInteger(written) && written >= 1 && written <= MAX_AMOUNT;
}
