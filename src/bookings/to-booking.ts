import type { Booking as Kept, Waiting } from '../book/index.ts';
import { toInstant } from '../kernel/clock.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import type { z } from '../kernel/zod.ts';
import { moneyIn, toPriceParts } from '../properties/index.ts';
import type { Booking, WaitlistEntry } from './schemas.ts';

type Shown = z.infer<typeof Booking>;

/** A booking as one of its two sides may see it: what the host earns is no business of the guest's. */
export function toBooking(kept: Kept, viewerId: string | null): Shown {
  const money = moneyIn(kept.price.currency);
  const isHostSide = viewerId !== kept.guestId;
  return {
    id: kept.id,
    propertyId: propertyIdOf(kept.id),
    guestId: kept.guestId,
    hostId: kept.hostId,
    status: kept.status,
    awaiting: kept.awaiting,
    cause: kept.cause,
    ...kept.stay,
    guests: kept.guests,
    ...toPriceParts(kept.price),
    total: money(kept.price.total),
    ...(isHostSide ? { hostEarns: money(kept.price.hostEarns), penalty: money(kept.penalty) } : {}),
    policy: kept.terms.policy,
    message: kept.message,
    payment: toPayment(kept),
    alteration: toAlteration(kept, isHostSide),
    noShow: kept.noShow,
    expiresAt: instantOrNull(kept.expiresAt),
    createdAt: toInstant(kept.createdAt),
    confirmedAt: instantOrNull(kept.confirmedAt),
    cancelledAt: instantOrNull(kept.cancelledAt),
    completedAt: instantOrNull(kept.completedAt),
    version: kept.version,
  };
}

/** As it was decided: what is on its way is told as done. */
function toPayment({ payment, paidBy, price, status }: Kept): Shown['payment'] {
  if (paidBy === null) return null;
  const money = moneyIn(price.currency);
  const { captured, owed } = payment;
  const isReturned = status === 'cancelled' && captured === 0 && paidBy.status === 'captured';
  const [amount, refunded] = isReturned ? [price.total, price.total] : [captured, payment.refunded];
  const shown = { ...paidBy, refunded: money(refunded), owed: money(owed) };
  if (paidBy.status === 'disputed') return { ...shown, amount: money(amount) };
  if (amount > 0) {
    const rest = refunded === 0 ? 'captured' : refunded < amount ? 'partially_refunded' : 'refunded';
    return { ...shown, status: rest, amount: money(amount) };
  }
  const isLetGo = status === 'cancelled' && paidBy.status === 'authorized';
  return { ...shown, status: isLetGo ? 'voided' : paidBy.status, amount: money(price.total) };
}

function toAlteration({ alteration }: Kept, isHostSide: boolean): Shown['alteration'] {
  if (alteration === null) return null;
  const { id, by, stay, guests, price, expiresAt } = alteration;
  const money = moneyIn(price.currency);
  return {
    id,
    by,
    ...stay,
    guests,
    ...toPriceParts(price),
    total: money(price.total),
    ...(isHostSide ? { hostEarns: money(price.hostEarns) } : {}),
    expiresAt: toInstant(expiresAt),
  };
}

export const toWaitlistEntry = ({
  id,
  stay,
  guests,
  offeredUntil,
}: Waiting): z.infer<typeof WaitlistEntry> => ({
  id,
  propertyId: propertyIdOf(id),
  ...stay,
  guests,
  offeredUntil: instantOrNull(offeredUntil),
});

const instantOrNull = (ms: number | null): string | null => (ms === null ? null : toInstant(ms));
