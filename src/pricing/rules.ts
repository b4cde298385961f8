import { type Currency, divideHalfUp, MAX_AMOUNT, percentOf, toBasisPoints, WHOLE } from '../kernel/money.ts';
import { type Night, nightsBetween, nightsOf, type Stay, type Weekday, weekdayOf } from '../kernel/stay.ts';
import { type Guests, type Promotion, promotionKey, type Rates, type Tax } from './schemas.ts';

/** The marketplace's own percentages, unless its settings say otherwise. */
export const GUEST_FEE_PERCENT = 14;
export const HOST_FEE_PERCENT = 3;
/** A season's weekend, where the rates name no weekend of their own. */
const WEEKEND: readonly Weekday[] = ['fri', 'sat'];
/** Who is included where a price for extra guests stands alone. */
const GUESTS_INCLUDED = 1;

export type NightPrices = ReadonlyMap<Night, number>;

export type PriceLine = {
  readonly kind:
    | 'nights'
    | 'early_bird'
    | 'last_minute'
    | 'length_of_stay'
    | 'promotion'
    | 'extra_guest'
    | 'cleaning_fee'
    | 'pet_fee'
    | 'guest_service_fee'
    | 'tax';
  readonly label: string;
  /** What the line adds to the total. */
  readonly amount: number;
  /** A tax that the lines above contain: so much of them, and nothing is added. */
  readonly included?: number;
  /** What a tax taxes, so that it comes back with it. */
  readonly taxOn?: 'nights' | 'host_share' | 'host_share_and_fee';
};

export type StayPrice = {
  readonly currency: Currency;
  readonly nights: readonly { readonly date: Night; readonly price: number }[];
  readonly lines: readonly PriceLine[];
  readonly total: number;
  /** The host's share (all but the service fee and added taxes) less the host's fee. */
  readonly hostEarns: number;
};

export type PriceRequest = {
  readonly rates: Rates;
  readonly stay: Stay;
  readonly guests: Guests;
  readonly overrides: NightPrices;
  /** The property's local date when the price is asked for. */
  readonly bookedOn: Night;
  readonly promotion?: { readonly code: string; readonly percentOff: number };
  readonly fees: { readonly guestPercent: number; readonly hostPercent: number };
};

/**
 * The price of a stay. Each line is rounded half up (a discount by its size) and then stands; each
 * discount is taken from what the ones before it left of the nights, so it never exceeds that; the total is
 * the sum of the lines. A line of nothing is left out, except the nights.
 */
export function priceStay(request: PriceRequest): StayPrice | { readonly refusal: 'price_too_large' } {
  const { rates, guests, fees } = request;
  const nights = nightsOf(request.stay).map((date) => ({
    date,
    price: nightlyPrice(rates, date, request.overrides),
  }));

  const forHost = [
    ...nightLines(request, sum(nights.map(({ price }) => price)), nights.length),
    ...extraGuestLine(rates, guests, nights.length),
    ...feeLine('cleaning_fee', 'Cleaning fee', rates.cleaningFee ?? 0),
    ...feeLine('pet_fee', 'Pet fee', guests.pets > 0 ? (rates.petFee ?? 0) : 0),
  ];
  const hostShare = sumOf(forHost);
  if (hostShare > MAX_AMOUNT) return { refusal: 'price_too_large' };

  const guestFee = percentOf(hostShare, fees.guestPercent);
  const taxed = { hostShare, guestFee, nights: nights.length, guests };
  const lines = [
    ...forHost,
    ...feeLine('guest_service_fee', 'Service fee', guestFee),
    ...taxLines(rates.taxes ?? [], taxed),
  ];
  const total = sumOf(lines);
  if (total > MAX_AMOUNT) return { refusal: 'price_too_large' };

  const hostEarns = hostShare - percentOf(hostShare, fees.hostPercent);
  return { currency: rates.currency, nights, lines, total, hostEarns };
}

/** The date's own price, or else the season's, the weekend's, the base. */
export function nightlyPrice(rates: Rates, night: Night, overrides: NightPrices): number {
  const own = overrides.get(night);
  if (own !== undefined) return own;

  const isWeekend = (rates.weekend?.nights ?? WEEKEND).includes(weekdayOf(night));
  const season = seasonOf(rates, night);
  if (season) return (isWeekend ? season.weekendNightly : undefined) ?? season.nightly;
  return (isWeekend ? rates.weekend?.nightly : undefined) ?? rates.nightly;
}

/** The least number of nights that the season of this night asks for, if it does. */
export const minNightsBySeason = (rates: Rates, night: Night): number | undefined =>
  seasonOf(rates, night)?.minNights;

/** Whether a code may be used today; `usesOf` counts by the code as the rates spell it. */
export function findPromotion(
  rates: Rates,
  code: string,
  bookedOn: Night,
  usesOf: (code: string) => number,
): Promotion | { readonly refusal: 'unknown' | 'not_started' | 'ended' | 'exhausted' } {
  const key = promotionKey(code);
  const promotion = rates.promotions?.find((candidate) => promotionKey(candidate.code) === key);
  if (!promotion) return { refusal: 'unknown' };
  if (promotion.from !== undefined && bookedOn < promotion.from) return { refusal: 'not_started' };
  if (promotion.to !== undefined && bookedOn > promotion.to) return { refusal: 'ended' };
  if (promotion.maxUses !== undefined && usesOf(promotion.code) >= promotion.maxUses)
    return { refusal: 'exhausted' };
  return promotion;
}

const seasonOf = (rates: Rates, night: Night) =>
  rates.seasons?.find(({ from, to }) => from <= night && night <= to);

type Discount = { kind: PriceLine['kind']; label: string; percentOff: number };

function nightLines(request: PriceRequest, amount: number, count: number): PriceLine[] {
  const lines: PriceLine[] = [{ kind: 'nights', label: count === 1 ? '1 night' : `${count} nights`, amount }];
  const discounts = [
    timingDiscount(request),
    lengthDiscount(request.rates, count),
    promotionDiscount(request.promotion),
  ];
  let left = amount;
  for (const discount of discounts) {
    if (!discount) continue;
    const off = percentOf(left, discount.percentOff);
    left -= off;
    if (off > 0) lines.push({ kind: discount.kind, label: discount.label, amount: -off });
  }
  return lines;
}

/** The larger of the two where both apply; the early one where they are equal. */
function timingDiscount({ rates, stay, bookedOn }: PriceRequest): Discount | undefined {
  const daysBefore = nightsBetween(bookedOn, stay.checkIn);
  const { earlyBird, lastMinute } = rates;
  const early = earlyBird && daysBefore >= earlyBird.daysBefore ? earlyBird.percentOff : 0;
  const late = lastMinute && daysBefore <= lastMinute.daysBefore ? lastMinute.percentOff : 0;
  if (early === 0 && late === 0) return undefined;
  return early >= late
    ? { kind: 'early_bird', label: `Early-bird discount, ${early} %`, percentOff: early }
    : { kind: 'last_minute', label: `Last-minute discount, ${late} %`, percentOff: late };
}

function lengthDiscount(rates: Rates, count: number): Discount | undefined {
  const reached = (rates.lengthOfStay ?? [])
    .filter(({ minNights }) => count >= minNights)
    .sort((a, b) => b.minNights - a.minNights)[0];
  if (!reached) return undefined;
  const { minNights, percentOff } = reached;
  return { kind: 'length_of_stay', label: `From ${minNights} nights, ${percentOff} %`, percentOff };
}

function promotionDiscount(promotion: PriceRequest['promotion']): Discount | undefined {
  if (!promotion) return undefined;
  const { code, percentOff } = promotion;
  return { kind: 'promotion', label: `Promotion ${code}, ${percentOff} %`, percentOff };
}

/** Infants are not counted; children are. */
function extraGuestLine(rates: Rates, guests: Guests, count: number): PriceLine[] {
  const extra = guests.adults + guests.children - (rates.guestsIncluded ?? GUESTS_INCLUDED);
  if (extra <= 0) return [];
  const label = extra === 1 ? '1 extra guest' : `${extra} extra guests`;
  return feeLine('extra_guest', label, extra * count * (rates.extraGuest ?? 0));
}

const feeLine = (kind: PriceLine['kind'], label: string, amount: number): PriceLine[] =>
  amount === 0 ? [] : [{ kind, label, amount }];

type Taxed = { hostShare: number; guestFee: number; nights: number; guests: Guests };

function taxLines(taxes: readonly Tax[], taxed: Taxed): PriceLine[] {
  return taxes.flatMap((tax): PriceLine[] => {
    const taxOn = baseOf(tax);
    if (!tax.inclusive) {
      return feeLine('tax', tax.name, addedTax(tax, taxed)).map((line) => ({ ...line, taxOn }));
    }
    const included = tax.kind === 'percent' ? containedTax(tax, taxes, taxed) : addedTax(tax, taxed);
    const label = `${tax.name} (included)`;
    return included === 0 ? [] : [{ kind: 'tax', label, amount: 0, included, taxOn }];
  });
}

function baseOf({ kind, includeFees }: Tax): NonNullable<PriceLine['taxOn']> {
  switch (kind) {
    case 'percent':
      return includeFees ? 'host_share_and_fee' : 'host_share';
    case 'per_night':
    case 'per_guest_night':
      return 'nights';
    case 'per_stay':
      return 'host_share';
  }
}

function addedTax(tax: Tax, { hostShare, guestFee, nights, guests }: Taxed): number {
  switch (tax.kind) {
    case 'percent':
      return percentOf(hostShare + (tax.includeFees ? guestFee : 0), tax.value);
    case 'per_night':
      return tax.value * nights;
    case 'per_guest_night':
      return (
        tax.value * nights * (guests.adults + (tax.childrenExempt ? 0 : guests.children + guests.infants))
      );
    case 'per_stay':
      return tax.value;
  }
}

/**
 * The part of a price that is this tax, when the price is net plus all the inclusive percentages on it:
 * of 116 with 16 % inside, 16. The service fee contains only those that include fees.
 */
function containedTax(tax: Tax, taxes: readonly Tax[], { hostShare, guestFee }: Taxed): number {
  const inclusive = taxes.filter(({ kind, inclusive }) => kind === 'percent' && inclusive);
  const grossOf = (counted: readonly Tax[]) =>
    BigInt(WHOLE + sum(counted.map(({ value }) => toBasisPoints(value))));
  const shareGross = grossOf(inclusive);
  const feeGross = grossOf(inclusive.filter(({ includeFees }) => includeFees));
  const taxedFee = BigInt(tax.includeFees ? guestFee : 0);
  const part = BigInt(hostShare) * feeGross + taxedFee * shareGross;
  return divideHalfUp(part * BigInt(toBasisPoints(tax.value)), shareGross * feeGross);
}

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);
const sumOf = (lines: readonly PriceLine[]): number => sum(lines.map(({ amount }) => amount));
