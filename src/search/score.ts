/**
 * The order of what is recommended: a sum of parts between 0 and 1, each with its weight, in millionths. Few
 * reviews count little: to what is there, a handful of average ones is added.
 */
export const WEIGHTS = { rating: 0.45, completeness: 0.2, response: 0.1, price: 0.15, instant: 0.1 } as const;
export const WHOLE_SCORE = 1_000_000;
const MEAN_RATING = 4.5;
const ADDED_REVIEWS = 8;
const RATING_FROM = 3;
const RATING_TO = 5;
const FULL = { images: 8, description: 400, amenities: 12 } as const;

export type Described = {
  readonly rating: { readonly average: number | null; readonly count: number };
  readonly images: number;
  readonly descriptionLength: number;
  readonly amenities: number;
  /** Of requests and messages, from 0 to 1; null while too few came. */
  readonly responseRate: number | null;
};

const within = (value: number) => Math.max(0, Math.min(1, value));

/** What the description alone says. */
export function qualityOf({ rating, images, descriptionLength, amenities, responseRate }: Described): number {
  const sum = (rating.average ?? 0) * rating.count + MEAN_RATING * ADDED_REVIEWS;
  const shrunk = sum / (rating.count + ADDED_REVIEWS);
  const complete =
    (within(images / FULL.images) +
      within(descriptionLength / FULL.description) +
      within(amenities / FULL.amenities)) /
    3;
  const parts =
    WEIGHTS.rating * within((shrunk - RATING_FROM) / (RATING_TO - RATING_FROM)) +
    WEIGHTS.completeness * complete +
    WEIGHTS.response * (responseRate ?? 0.5);
  return Math.round(parts * WHOLE_SCORE);
}

/**
 * As SQL: the whole, with the price against what is asked on the average around there (in logarithms, so that
 * half and double are as far), and whether it is booked at once. What the place itself is counted with there is
 * `own`, null for nothing: it is compared with others only, or it would move whenever it is told of.
 */
export const scoreSql = (
  quality: string,
  instant: string,
  logPrice: string,
  near: string,
  own: string,
): string =>
  `${quality} + ${instant} * ${WEIGHTS.instant * WHOLE_SCORE} + CAST(round(${WEIGHTS.price * WHOLE_SCORE} *
    max(0.0, min(1.0, 0.5 + coalesce((SELECT (p - coalesce(${own}, 0)) / (n - (${own} IS NOT NULL))
      FROM tally WHERE key = ${near}), ${logPrice}) - ${logPrice}))) AS INTEGER)`;
