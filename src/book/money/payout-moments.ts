import { DAY } from '../../kernel/clock.ts';
import { addNights, nightsBetween } from '../../kernel/stay.ts';
import { localToInstant } from '../../kernel/zone.ts';
import { type Booking, paidOf } from '../stays/booking.ts';

export const PAYOUT_DELAY_MS = DAY;
/** From so many nights on a stay is paid out month by month. */
export const LONG_STAY_NIGHTS = 28;
export const PAYOUT_MONTH_NIGHTS = 30;

type Staying = Pick<Booking, 'stay' | 'terms'>;

const lengthOf = ({ stay }: Staying): number => nightsBetween(stay.checkIn, stay.checkOut);

function partsOf(booking: Staying): number {
  const nights = lengthOf(booking);
  return nights < LONG_STAY_NIGHTS ? 1 : Math.ceil(nights / PAYOUT_MONTH_NIGHTS);
}

/** A day after check-in time, and so many months later. */
function momentOf({ stay, terms }: Staying, part: number): number {
  const night = addNights(stay.checkIn, part * PAYOUT_MONTH_NIGHTS);
  return localToInstant(night, terms.checkInFrom, terms.timeZone) + PAYOUT_DELAY_MS;
}

/** For how many of its nights the host is to have been paid by now. Of a stay that was given up, for all at once. */
export function nightsPaidBy(booking: Booking, nowMs: number): number {
  if (momentOf(booking, 0) > nowMs) return 0;
  const [nights, parts] = [lengthOf(booking), partsOf(booking)];
  if (booking.status === 'cancelled') return nights;
  let part = 1;
  while (part < parts && momentOf(booking, part) <= nowMs) part += 1;
  return Math.min(nights, part === parts ? nights : part * PAYOUT_MONTH_NIGHTS);
}

/** When the next part is due; of a stay that was given up there is one, if anything of it is kept. */
export function nextPayoutAt(booking: Booking): number | null {
  const { status, confirmedAt, payment, announced } = booking;
  const part = announced.filter((moment) => moment === 'payout').length;
  if (confirmedAt === null || part >= partsOf(booking)) return null;
  if (status === 'cancelled' && (part > 0 || paidOf(payment) <= 0)) return null;
  return momentOf(booking, part);
}
