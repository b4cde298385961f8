import type { Call, Outcome, Refused } from '../book/index.ts';
import type { Context } from '../context.ts';
import type { RefusalType } from '../kernel/errors.ts';
import type { BookCommands } from '../platform/books.ts';
import { PreconditionFailed } from '../platform/errors.ts';
import {
  PriceTooLarge,
  PromotionEnded,
  PromotionExhausted,
  PromotionNotStarted,
  PromotionUnknown,
} from '../pricing/index.ts';
import * as errors from './errors.ts';
import { callOf, tellBook } from './tell-book.ts';

/** What each of a book's refusals is called outside. */
const REFUSALS: Readonly<Record<string, RefusalType>> = {
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
  stale: PreconditionFailed,
  no_rates: errors.NoRates,
  price_too_large: PriceTooLarge,
  promotion_unknown: PromotionUnknown,
  promotion_not_started: PromotionNotStarted,
  promotion_ended: PromotionEnded,
  promotion_exhausted: PromotionExhausted,
};
/** These say more: the member in which the contract promises it. */
const WITH_DETAIL: Readonly<Record<string, { type: RefusalType; member: string }>> = {
  unavailable: { type: errors.Unavailable, member: 'causes' },
  incomplete: { type: errors.PropertyIncomplete, member: 'missing' },
};

type Asked<T, R extends string> = Promise<Outcome<T, R> | Refused<'unopened'>>;

/** One command of a property's book, in the name of the caller; a refusal is thrown. */
export async function askBook<T, R extends string>(
  ctx: Context,
  propertyId: string,
  ask: (book: BookCommands, call: Call) => Asked<T, R>,
): Promise<{ readonly value: T; readonly version: number; readonly changed: boolean }> {
  const book = ctx.books.of(propertyId);
  const call = callOf(ctx);
  let outcome = await ask(book, call);
  // Between a property's first row and its book's first page there is a moment.
  if (!outcome.ok && outcome.refusal === 'unopened' && (await tellBook(ctx, propertyId))) {
    outcome = await ask(book, call);
  }
  if (outcome.ok) return outcome;
  throw toRefusal(outcome);
}

function toRefusal({ refusal, detail }: Refused<string>) {
  const detailed = WITH_DETAIL[refusal];
  if (detailed) return detailed.type({ extra: { [detailed.member]: detail ?? [] } });
  const type = REFUSALS[refusal];
  if (!type) throw new Error(`A book's refusal ${refusal} has no name outside`);
  return type();
}
