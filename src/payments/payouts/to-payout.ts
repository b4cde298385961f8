import type { Payout as Kept } from '../../book/index.ts';
import { toInstant } from '../../kernel/clock.ts';
import { propertyIdOf } from '../../kernel/ids.ts';
import type { z } from '../../kernel/zod.ts';
import { moneyIn } from '../../properties/index.ts';
import type { Payout } from '../schemas.ts';

/** What was withheld, or added, is what the host's balance had for other bookings. */
export function toPayout(kept: Kept): z.infer<typeof Payout> {
  const { id, bookingId, amount, sent, currency, status, provider, reason, createdAt, paidAt } = kept;
  const money = moneyIn(currency);
  return {
    ...{ id, status, provider, reason },
    bookings: [{ bookingId, propertyId: propertyIdOf(id), amount: money(amount) }],
    amount: money(sent ?? amount),
    withheld: money(amount - (sent ?? amount)),
    createdAt: toInstant(createdAt),
    paidAt: paidAt === null ? null : toInstant(paidAt),
  };
}
