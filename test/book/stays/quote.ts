import { MINUTE } from '../../../src/kernel/clock.ts';
import { addNights, type Night, nightsOf } from '../../../src/kernel/stay.ts';
import type { Quote } from '../../../src/pricing/index.ts';
import { NOW, RATES } from '../plain.ts';

/** A quote as the marketplace would have made it, at the plain price. */
export function quoteFor(
  propertyId: string,
  checkIn: Night,
  count: number,
  more: Partial<Quote> = {},
): Quote {
  const stay = { checkIn, checkOut: addNights(checkIn, count) };
  const nights = nightsOf(stay).map((date) => ({ date, price: RATES.nightly }));
  const total = RATES.nightly * count;
  return {
    propertyId,
    stay,
    guests: { adults: 2, children: 0, infants: 0, pets: 0 },
    currency: 'KES',
    nights,
    lines: [{ kind: 'nights', label: `${count} nights`, amount: total }],
    total,
    hostEarns: total,
    policy: 'moderate',
    ratesVersion: 1,
    promotion: null,
    issuedAt: NOW,
    expiresAt: NOW + 15 * MINUTE,
    ...more,
  };
}
