/**
 * What a guest gets back, worked out a second time from the rules' text in whole numbers of any size. It
 * shares nothing with the code it judges; the deadlines' instants are given to it.
 */
export type OracleBooking = {
  policy: string;
  prices: number[];
  discounts: number[];
  extraGuest: number;
  cleaning: number;
  pet: number;
  serviceFee: number;
  taxes: { amount: number; on: 'nights' | 'host_share' | 'host_share_and_fee' }[];
};
export type OracleMoment = {
  at: number;
  confirmedAt: number;
  /** The deadlines before check-in, and the check-in time of each night of the stay. */
  daysBefore: Record<5 | 7 | 14 | 30, number>;
  checkInTimes: number[];
};

const total = (amounts: Iterable<number | bigint>) =>
  [...amounts].reduce<bigint>((a, b) => a + BigInt(b), 0n);
const halfUp = (n: bigint, d: bigint) => n / d + ((n % d) * 2n >= d ? 1n : 0n);

export function oracleRefund(booking: OracleBooking, moment: OracleMoment): bigint {
  const { prices, discounts } = booking;
  const { at, daysBefore, checkInTimes } = moment;
  const count = prices.length;
  const checkInAt = checkInTimes[0] as number;
  const policy = count < 28 ? booking.policy : 'long_term';
  const begun = at > checkInAt;
  const stayed = checkInTimes.filter((time) => time < at).length;

  // Grace: within 24 h of confirmation and at least 7 days before check-in, all but non_refundable.
  const inGrace = at - moment.confirmedAt <= 86_400_000 && at <= daysBefore[7] && policy !== 'non_refundable';
  const fullUntil: Record<string, number> = {
    flexible: checkInAt - 86_400_000,
    moderate: daysBefore[5],
    limited: daysBefore[14],
    firm: daysBefore[30],
    long_term: daysBefore[30],
  };
  if (inGrace || at <= (fullUntil[policy] ?? Number.NEGATIVE_INFINITY))
    return (
      total(prices) +
      total([booking.extraGuest, booking.cleaning, booking.pet, booking.serviceFee]) +
      total(booking.taxes.map(({ amount }) => amount)) -
      total(discounts)
    );

  // Which nights are kept whole, and whether half of the others.
  let whole: number;
  let half = false;
  if (policy === 'flexible') whole = stayed + 1;
  else if (policy === 'moderate') [whole, half] = [stayed + 1, true];
  else if (policy === 'long_term') whole = stayed + 30;
  else if (policy === 'non_refundable' || at > daysBefore[7]) whole = count;
  else [whole, half] = [0, true];

  const extraEach = BigInt(booking.extraGuest) / BigInt(count);
  const paid = spread(prices, total(discounts));
  const lost = (nights: bigint[]) => {
    const others = total(nights.slice(whole));
    return total(nights.slice(0, whole)) + (half ? halfUp(others, 2n) : 0n);
  };
  const nights = total(paid) - lost(paid);
  const extra = extraEach * BigInt(count) - lost(prices.map(() => extraEach));
  const fees = begun ? 0n : total([booking.cleaning, booking.pet]);

  const nightsTaxed = total(paid) + BigInt(booking.extraGuest);
  const shareTaxed = nightsTaxed + total([booking.cleaning, booking.pet]);
  let back = nights + extra + fees;
  for (const { amount, on } of booking.taxes) {
    let taxed = shareTaxed;
    let refunded = nights + extra + fees;
    if (on === 'nights') [taxed, refunded] = [nightsTaxed, nights + extra];
    if (on === 'host_share_and_fee') taxed += BigInt(booking.serviceFee);
    if (taxed > 0n) back += halfUp(BigInt(amount) * refunded, taxed);
  }
  return back;
}

/** Each night's price less its part of the discount: the odd units go to the largest remainders. */
function spread(prices: number[], discount: bigint): bigint[] {
  const all = total(prices);
  const parts = prices.map((price) => (discount * BigInt(price)) / all);
  const rest = prices.map((price, index) => discount * BigInt(price) - all * (parts[index] as bigint));
  for (let odd = discount - total(parts); odd > 0n; odd--) {
    let largest = 0;
    for (let index = 1; index < rest.length; index++)
      if ((rest[index] as bigint) > (rest[largest] as bigint)) largest = index;
    parts[largest] = (parts[largest] as bigint) + 1n;
    rest[largest] = -1n;
  }
  return prices.map((price, index) => BigInt(price) - (parts[index] as bigint));
}
