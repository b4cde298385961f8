import type { Call, Outcome, Refused } from '../book/index.ts';
import type { Context } from '../context.ts';
import type { Refusal, RefusalType } from '../kernel/errors.ts';
import type { BookCommands } from '../platform/books.ts';
import { KeyReused, PreconditionFailed } from '../platform/errors.ts';
import {
  PriceTooLarge,
  PromotionEnded,
  PromotionExhausted,
  PromotionNotStarted,
  PromotionUnknown,
} from '../pricing/index.ts';
import * as errors from './errors.ts';
import { callOf, tellBook } from './tell-book.ts';

/** What each of a book's refusals is called outside, and the member in which the contract promises more. */
export type RefusalNames = Readonly<Record<string, RefusalType | Detailed>>;
type Detailed = {
  readonly type: RefusalType;
  extra(detail: readonly unknown[]): Readonly<Record<string, unknown>>;
};

const NAMES: RefusalNames = {
  not_found: errors.PropertyNotFound,
  unopened: errors.PropertyNotFound,
  forbidden: errors.PropertyForbidden,
  archived: errors.PropertyArchived,
  suspended: errors.PropertySuspended,
  never_published: errors.NeverPublished,
  stays_ahead: errors.StaysAhead,
  host_already: errors.CoHostIsHost,
  too_many_co_hosts: errors.TooManyCoHosts,
  beyond_calendar: errors.CalendarBeyond,
  dates_priced: errors.DatesPriced,
  stale: PreconditionFailed,
  no_rates: errors.NoRates,
  price_too_large: PriceTooLarge,
  promotion_unknown: PromotionUnknown,
  promotion_not_started: PromotionNotStarted,
  promotion_ended: PromotionEnded,
  promotion_exhausted: PromotionExhausted,
  key_reused: KeyReused,
  unavailable: { type: errors.Unavailable, extra: (causes) => ({ causes }) },
  incomplete: { type: errors.PropertyIncomplete, extra: (missing) => ({ missing }) },
};

type Replayed = { readonly replayed?: true };
type Asked<T, R extends string> = Promise<(Outcome<T, R> & Replayed) | Refused<'unopened'>>;
export type Answered<T> = Replayed & {
  readonly value: T;
  readonly version: number;
  readonly changed: boolean;
};

/**
 * One command of a property's book, in the name of the caller; a refusal is thrown. Another room has `names` of
 * its own; one that has a name for `unopened` asks for what can't be in a book that was never opened.
 */
export async function askBook<T, R extends string>(
  ctx: Context,
  propertyId: string,
  ask: (book: BookCommands, call: Call) => Asked<T, R>,
  names: RefusalNames = {},
): Promise<Answered<T>> {
  const book = ctx.books.of(propertyId);
  const call = callOf(ctx);
  let outcome = await ask(book, call);
  // Between a property's first row and its book's first page there is a moment.
  const mayBeTold = !outcome.ok && outcome.refusal === 'unopened' && !names.unopened;
  if (mayBeTold && (await tellBook(ctx, propertyId))) outcome = await ask(book, call);
  if (outcome.ok) return outcome;
  throw toRefusal(outcome, { ...NAMES, ...names });
}

function toRefusal(
  { refusal, detail = [], replayed }: Refused<string> & Replayed,
  names: RefusalNames,
): Refusal {
  const named = names[refusal];
  if (!named) throw new Error(`A book's refusal ${refusal} has no name outside`);
  const again = replayed ? { replayed } : {};
  return typeof named === 'function' ? named(again) : named.type({ extra: named.extra(detail), ...again });
}
