/**
 * The price of a stay, worked out a second time from the rules' text with exact fractions. It shares
 * nothing with the code it judges: not the types, not the dates, not the rounding.
 */
type Fraction = { n: bigint; d: bigint };

const whole = (n: number | bigint): Fraction => ({ n: BigInt(n), d: 1n });
const plus = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.d + b.n * a.d, d: a.d * b.d });
const minus = (a: Fraction, b: Fraction): Fraction => plus(a, { n: -b.n, d: b.d });
const times = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.n, d: a.d * b.d });
const over = (a: Fraction, b: Fraction): Fraction => ({ n: a.n * b.d, d: a.d * b.n });

/** Read from the decimal notation, digit by digit: 12.5 is 125/1000. */
function hundredth(percentage: number): Fraction {
  const [units = '', decimals = ''] = String(percentage).split('.');
  return { n: BigInt(units + decimals), d: 100n * 10n ** BigInt(decimals.length) };
}

function rounded({ n, d }: Fraction): bigint {
  const below = n / d;
  const rest = n - below * d;
  return rest + rest >= d ? below + 1n : below;
}

type OracleTax = {
  name: string;
  kind: string;
  value: number;
  inclusive?: boolean | undefined;
  includeFees?: boolean | undefined;
  childrenExempt?: boolean | undefined;
};
type OracleSeason = { from: string; to: string; nightly: number; weekendNightly?: number | undefined };
export type OracleRates = {
  nightly: number;
  weekend?: { nightly: number; nights: string[] } | undefined;
  seasons?: OracleSeason[] | undefined;
  lengthOfStay?: { minNights: number; percentOff: number }[] | undefined;
  earlyBird?: { daysBefore: number; percentOff: number } | undefined;
  lastMinute?: { daysBefore: number; percentOff: number } | undefined;
  guestsIncluded?: number | undefined;
  extraGuest?: number | undefined;
  cleaningFee?: number | undefined;
  petFee?: number | undefined;
  taxes?: OracleTax[] | undefined;
};

export type OracleRequest = {
  rates: OracleRates;
  stay: { checkIn: string; checkOut: string };
  guests: { adults: number; children: number; infants: number; pets: number };
  overrides: ReadonlyMap<string, number>;
  bookedOn: string;
  promotion?: { percentOff: number };
  fees: { guestPercent: number; hostPercent: number };
};

export type OraclePrice = {
  nights: [date: string, price: number][];
  lines: [kind: string, amount: bigint, included: bigint][];
  total: bigint;
  hostEarns: bigint;
};

const millisecondsOf = (date: string) => Date.parse(`${date}T12:00:00Z`);

export function oraclePrice(request: OracleRequest): OraclePrice {
  const { rates, guests, overrides } = request;
  const [arrival, departure] = [millisecondsOf(request.stay.checkIn), millisecondsOf(request.stay.checkOut)];
  const lines: OraclePrice['lines'] = [];

  // 1. Night: own price of the date > season > weekend > base.
  const nights: OraclePrice['nights'] = [];
  for (let noon = arrival; noon < departure; noon += 86_400_000) {
    const date = new Date(noon).toISOString().slice(0, 10);
    const weekday = new Date(noon).toUTCString().slice(0, 3).toLowerCase();
    const weekend = rates.weekend ? rates.weekend.nights.includes(weekday) : /fri|sat/.test(weekday);
    let price = rates.nightly;
    if (weekend && rates.weekend) price = rates.weekend.nightly;
    for (const season of rates.seasons ?? [])
      if (date >= season.from && date <= season.to) {
        price = season.nightly;
        if (weekend && season.weekendNightly !== undefined) price = season.weekendNightly;
      }
    if (overrides.has(date)) price = overrides.get(date) as number;
    nights.push([date, price]);
  }
  const count = BigInt(nights.length);
  let sleeping = 0n;
  for (const [, price] of nights) sleeping += BigInt(price);
  lines.push(['nights', sleeping, 0n]);

  // 2, 3, 4. Early bird or last minute, the longest threshold, the code: each on what is left of the nights.
  const lead = (arrival - millisecondsOf(request.bookedOn)) / 86_400_000;
  let early = whole(0);
  let late = whole(0);
  if (rates.earlyBird && lead >= rates.earlyBird.daysBefore) early = hundredth(rates.earlyBird.percentOff);
  if (rates.lastMinute && lead <= rates.lastMinute.daysBefore) late = hundredth(rates.lastMinute.percentOff);
  const lateIsLarger = minus(late, early).n > 0n;

  let longest = { minNights: 0, percentOff: 0 };
  for (const threshold of rates.lengthOfStay ?? [])
    if (nights.length >= threshold.minNights && threshold.minNights > longest.minNights) longest = threshold;

  const reductions: [string, Fraction][] = [
    lateIsLarger ? ['last_minute', late] : ['early_bird', early],
    ['length_of_stay', hundredth(longest.percentOff)],
    ['promotion', hundredth(request.promotion?.percentOff ?? 0)],
  ];
  for (const [kind, rate] of reductions) {
    const off = rounded(times(whole(sleeping), rate));
    sleeping -= off;
    if (off > 0n) lines.push([kind, -off, 0n]);
  }

  // 5, 6. Extra guests × nights above the included number; cleaning; pets once a stay.
  let share = sleeping;
  const add = (kind: string, amount: bigint) => {
    if (amount > 0n) lines.push([kind, amount, 0n]);
    share += amount;
  };
  const above = BigInt(guests.adults) + BigInt(guests.children) - BigInt(rates.guestsIncluded ?? 1);
  add('extra_guest', above > 0n ? above * count * BigInt(rates.extraGuest ?? 0) : 0n);
  add('cleaning_fee', BigInt(rates.cleaningFee ?? 0));
  add('pet_fee', guests.pets > 0 ? BigInt(rates.petFee ?? 0) : 0n);

  // 7. Both fees are percentages of 1 to 6.
  const serviceFee = rounded(times(whole(share), hundredth(request.fees.guestPercent)));
  const hostFee = rounded(times(whole(share), hundredth(request.fees.hostPercent)));
  if (serviceFee > 0n) lines.push(['guest_service_fee', serviceFee, 0n]);

  // 8. Taxes. What is inside a price is its part of net plus all that is inside.
  let insideShare = whole(1);
  let insideFee = whole(1);
  for (const tax of rates.taxes ?? []) {
    if (tax.kind !== 'percent' || tax.inclusive !== true) continue;
    insideShare = plus(insideShare, hundredth(tax.value));
    if (tax.includeFees === true) insideFee = plus(insideFee, hundredth(tax.value));
  }
  for (const tax of rates.taxes ?? []) {
    const inclusive = tax.inclusive === true;
    let amount = BigInt(tax.value === Math.floor(tax.value) ? tax.value : 0);
    if (tax.kind === 'percent') {
      const ofShare = times(whole(share), hundredth(tax.value));
      const ofFee = times(whole(tax.includeFees === true ? serviceFee : 0n), hundredth(tax.value));
      amount = rounded(
        inclusive ? plus(over(ofShare, insideShare), over(ofFee, insideFee)) : plus(ofShare, ofFee),
      );
    }
    if (tax.kind === 'per_night') amount *= count;
    if (tax.kind === 'per_guest_night') {
      const exempt = tax.childrenExempt === true;
      amount *= count * BigInt(guests.adults + (exempt ? 0 : guests.children + guests.infants));
    }
    if (amount > 0n) lines.push(inclusive ? ['tax', 0n, amount] : ['tax', amount, 0n]);
  }

  let total = 0n;
  for (const [, amount] of lines) total += amount;
  return { nights, lines, total, hostEarns: share - hostFee };
}
