import type { Payout } from '../../book/index.ts';

/**
 * What a payout is called at the host's balance and at the provider: its key, and from the second attempt on the
 * number of that. It is part of an address that a provider calls.
 */
export const nameOf = ({ key, attempt }: Pick<Payout, 'key' | 'attempt'>): string =>
  attempt === 0 ? key : `${key}r${attempt}`;

const NAME = /^((bkg_[0-9a-z]+)-payout-\d+)(?:r(\d+))?$/;

/** The other way round; null for what is no payout's. */
export function payoutNamed(name: string): Pick<Payout, 'bookingId' | 'key' | 'attempt'> | null {
  const [, key, bookingId, attempt = '0'] = NAME.exec(name) ?? [];
  return key === undefined || bookingId === undefined ? null : { key, bookingId, attempt: Number(attempt) };
}
