import { nightsBetween } from '../../kernel/stay.ts';
import type { Booking } from '../stays/booking.ts';
import { balances, type Entry } from './ledger.ts';
import { nightsPaidBy } from './payout-moments.ts';

/**
 * What is to be settled with the host now, beyond `settled`: above zero what is due to be sent, below zero what
 * was sent and is not theirs after all. Nobody is paid what the guest has not paid, nor while the guest's bank
 * has it in dispute; nothing is asked back that what is still to come will make good.
 */
export function hostDue(
  booking: Booking,
  entries: readonly Pick<Entry, 'kind' | 'lines'>[],
  settled: number,
  nowMs: number,
): number {
  const earned = -balances(entries.filter(({ kind }) => kind !== 'payout')).host;
  if (settled > earned || earned < 0) return earned - settled;

  const { guest } = balances(entries);
  const available = earned - Math.max(0, guest);
  return Math.max(0, shareBy(booking, available, nowMs) - settled);
}

function shareBy(booking: Booking, amount: number, nowMs: number): number {
  const { checkIn, checkOut } = booking.stay;
  const share = BigInt(Math.max(0, amount)) * BigInt(nightsPaidBy(booking, nowMs));
  return Number(share / BigInt(nightsBetween(checkIn, checkOut)));
}
