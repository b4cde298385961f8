import type { ParkedEffect as Kept } from '../book/index.ts';
import { toInstant } from '../kernel/clock.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import type { z } from '../kernel/zod.ts';
import { moneyIn } from '../properties/index.ts';
import type { ParkedEffect } from './schemas.ts';

export function toEffect(kept: Kept): z.infer<typeof ParkedEffect> {
  const { id, bookingId, paymentId, provider, kind, amount, currency, state, result, asks, createdAt } = kept;
  return {
    ...{ id, propertyId: propertyIdOf(id), bookingId, paymentId, provider, kind, state, result, asks },
    amount: moneyIn(currency)(amount),
    createdAt: toInstant(createdAt),
  };
}
