import { currency, percent } from '../kernel/money.ts';
import { compareNights, isNight, MAX_STAY_NIGHTS, type Night, night, WEEKDAYS } from '../kernel/stay.ts';
import { line, z } from '../kernel/zod.ts';

/**
 * What a host may ask. The bounds leave room for the largest stay in the smallest currency, and together
 * they keep every sum of `rules.ts` exact: price × nights × people is below 2^53.
 */
export const MAX_PRICE = 100_000_000_000;
const MAX_DAYS_BEFORE = 730;
const MAX_SEASONS = 200;
const MAX_THRESHOLDS = 10;
const MAX_TAXES = 20;
const MAX_PROMOTIONS = 100;
const MAX_USES = 1_000_000;
const MAX_NAME = 60;
const MAX_CODE = 40;
const MAX_ADULTS = 50;
const MAX_CHILDREN = 30;
const MAX_INFANTS = 10;
const MAX_PETS = 10;

/** What a night costs; never nothing. */
export const nightlyRate = z.int().min(1).max(MAX_PRICE);
const price = z.int().min(0).max(MAX_PRICE);
const nightCount = z.int().min(1).max(MAX_STAY_NIGHTS);
const name = line(1, MAX_NAME);

const Weekend = z.strictObject({
  nightly: nightlyRate,
  nights: z
    .array(z.enum(WEEKDAYS))
    .min(1)
    .max(WEEKDAYS.length)
    .refine((nights) => new Set(nights).size === nights.length, {
      message: 'names a weekday twice',
      params: { code: 'duplicate_weekday' },
    }),
});

const Season = z
  .strictObject({
    name,
    from: night,
    to: night,
    nightly: nightlyRate,
    weekendNightly: nightlyRate.optional(),
    minNights: nightCount.optional(),
  })
  .openapi({ description: '`from` and `to` are its first and its last night; no two seasons share a night' });

const LengthOfStay = z.strictObject({ minNights: nightCount, percentOff: percent });
const EarlyBird = z.strictObject({ daysBefore: z.int().min(1).max(MAX_DAYS_BEFORE), percentOff: percent });
const LastMinute = z.strictObject({ daysBefore: z.int().min(0).max(MAX_DAYS_BEFORE), percentOff: percent });

const taxFields = {
  name,
  inclusive: z.boolean().optional(),
  includeFees: z.boolean().optional(),
  childrenExempt: z.boolean().optional(),
};
const Tax = z
  .discriminatedUnion('kind', [
    z.strictObject({ ...taxFields, kind: z.literal('percent'), value: percent }),
    z.strictObject({
      ...taxFields,
      kind: z.enum(['per_night', 'per_guest_night', 'per_stay']),
      value: price,
    }),
  ])
  .openapi({
    description:
      'A percentage of what the host asks after discounts, with `includeFees` of the service fee too; or an ' +
      'amount per night, per guest and night (with `childrenExempt` adults only), or per stay. An `inclusive` ' +
      'tax is a part of the price: it is shown and not added.',
  });

const Promotion = z
  .strictObject({
    code: z
      .string()
      .max(MAX_CODE)
      .regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/),
    percentOff: percent,
    from: night.optional(),
    to: night.optional(),
    maxUses: z.int().min(1).max(MAX_USES).optional(),
  })
  .openapi({
    description:
      '`from` and `to` are the first and the last day of quotes with it; case does not count in a code',
  });

export const Rates = z
  .strictObject({
    currency,
    nightly: nightlyRate,
    weekend: Weekend.optional(),
    seasons: z.array(Season).max(MAX_SEASONS).optional(),
    lengthOfStay: z.array(LengthOfStay).max(MAX_THRESHOLDS).optional(),
    earlyBird: EarlyBird.optional(),
    lastMinute: LastMinute.optional(),
    guestsIncluded: z
      .int()
      .min(1)
      .max(MAX_ADULTS + MAX_CHILDREN)
      .optional()
      .openapi({
        description: 'Adults and children; 1 where only `extraGuest` is given. Infants never count.',
      }),
    extraGuest: price.optional(),
    cleaningFee: price.optional(),
    petFee: price.optional(),
    taxes: z.array(Tax).max(MAX_TAXES).optional(),
    promotions: z.array(Promotion).max(MAX_PROMOTIONS).optional(),
  })
  .superRefine(({ seasons = [], lengthOfStay = [], promotions = [] }, context) => {
    const refuse = (path: (string | number)[], code: string, message: string) =>
      context.addIssue({ code: 'custom', path, message, params: { code } });

    refuseOverlaps(seasons, refuse);
    promotions.forEach(({ from, to }, index) => {
      if (from !== undefined && to !== undefined && to < from)
        refuse(['promotions', index, 'to'], 'ends_before_start', 'must not be before from');
    });
    for (const index of repeated(lengthOfStay.map(({ minNights }) => minNights)))
      refuse(['lengthOfStay', index, 'minNights'], 'duplicate_threshold', 'another threshold is the same');
    for (const index of repeated(promotions.map(({ code }) => promotionKey(code))))
      refuse(['promotions', index, 'code'], 'duplicate_code', 'another promotion has this code');
  })
  .openapi('Rates');
export type Rates = z.infer<typeof Rates>;
export type Promotion = NonNullable<Rates['promotions']>[number];
export type Tax = NonNullable<Rates['taxes']>[number];

export const Guests = z
  .strictObject({
    adults: z.int().min(1).max(MAX_ADULTS),
    children: z.int().min(0).max(MAX_CHILDREN).default(0),
    infants: z.int().min(0).max(MAX_INFANTS).default(0),
    pets: z.int().min(0).max(MAX_PETS).default(0),
  })
  .openapi('Guests');
export type Guests = z.infer<typeof Guests>;

/** People type codes as they like: case does not count. */
export const promotionKey = (code: string): string => code.toUpperCase();

type Refuse = (path: (string | number)[], code: string, message: string) => void;

function refuseOverlaps(seasons: readonly { name: string; from: Night; to: Night }[], refuse: Refuse): void {
  const sorted = seasons
    .map((season, index) => ({ ...season, index }))
    .filter(({ from, to }) => isNight(from) && isNight(to))
    .sort((a, b) => compareNights(a.from, b.from));
  let latest = sorted[0];
  for (const season of sorted) {
    if (season.to < season.from)
      refuse(['seasons', season.index, 'to'], 'ends_before_start', 'must not be before from');
    if (latest === undefined || season === latest) continue;
    if (season.from <= latest.to)
      refuse(['seasons', season.index, 'from'], 'overlapping_season', `overlaps the season ${latest.name}`);
    if (season.to > latest.to) latest = season;
  }
}

/** The places of what was there before. */
const repeated = (values: readonly (string | number)[]): number[] =>
  values.flatMap((value, index) => (values.indexOf(value) < index ? [index] : []));
