import { type Payment as Kept, refundedOf, statusOf } from '../book/index.ts';
import { toInstant } from '../kernel/clock.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import type { z } from '../kernel/zod.ts';
import { moneyIn } from '../properties/index.ts';
import type { Payment } from './schemas.ts';

export function toPayment(kept: Omit<Kept, 'tokenHash' | 'phone'>): z.infer<typeof Payment> {
  const { id, bookingId, provider, purpose, amount, currency, told, createdAt } = kept;
  const money = moneyIn(currency);
  return {
    ...{ id, bookingId, propertyId: propertyIdOf(id), provider, purpose, status: statusOf(kept) },
    amount: money(amount),
    refunded: money(refundedOf(told)),
    createdAt: toInstant(createdAt),
  };
}
