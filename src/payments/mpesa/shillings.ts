const CENTS = 100;
const MAX_SHILLINGS = 250_000;
/** The least that M-Pesa pays out; a customer can pay a single shilling. */
const MIN_PAYOUT_SHILLINGS = 10;
const DECIMAL = /^(\d{1,12})(?:\.(\d{1,2})0*)?$/;

/** What a booking has to cost to be payable here: no less than could be given back. */
export const MPESA_TAKES = {
  currency: 'KES',
  unit: CENTS,
  least: MIN_PAYOUT_SHILLINGS * CENTS,
  most: MAX_SHILLINGS * CENTS,
} as const;

/** How M-Pesa sends money to a phone. */
export const SENDABLE = {
  unit: CENTS,
  least: MIN_PAYOUT_SHILLINGS * CENTS,
  most: MAX_SHILLINGS * CENTS,
} as const;

/** Whole shillings within what M-Pesa moves at once; null when it cannot take this amount. */
export function toShillings(amount: number): number | null {
  const shillings = amount / CENTS;
  return Number.isInteger(shillings) && shillings >= 1 && shillings <= MAX_SHILLINGS ? shillings : null;
}

export function toPayoutShillings(amount: number): number | null {
  const shillings = toShillings(amount);
  return shillings !== null && shillings >= MIN_PAYOUT_SHILLINGS ? shillings : null;
}

/** From how Daraja writes an amount, `1500`, `"1500.00"` or `1500.5`, to cents without rounding. */
export function toCents(value: unknown): number | null {
  if (typeof value !== 'number' && typeof value !== 'string') return null;
  const [, whole, fraction = ''] = DECIMAL.exec(String(value).trim()) ?? [];
  return whole === undefined ? null : Number(whole) * CENTS + Number(fraction.padEnd(2, '0'));
}
