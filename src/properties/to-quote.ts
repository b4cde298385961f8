import type { ShownCalendar } from '../book/index.ts';
import { toInstant } from '../kernel/clock.ts';
import type { Currency, Money } from '../kernel/money.ts';
import type { z } from '../kernel/zod.ts';
import type { StayPrice } from '../pricing/index.ts';
import type { createQuote } from './create-quote.ts';
import type { Calendar, Quote } from './sale-schemas.ts';

export const moneyIn =
  (currency: Currency) =>
  (amount: number): Money => ({ amount, currency });

type Priced = Pick<StayPrice, 'currency' | 'nights' | 'lines'>;

export function toPriceParts({ currency, nights, lines }: Priced) {
  const money = moneyIn(currency);
  return {
    nights: nights.map(({ date, price }) => ({ date, price: money(price) })),
    lines: lines.map(({ kind, label, amount, included }) => ({
      kind,
      label,
      amount: money(amount),
      ...(included === undefined ? {} : { included: money(included) }),
    })),
  };
}

export function toQuote({
  token,
  quote,
  cancellation,
}: Awaited<ReturnType<typeof createQuote>>): z.infer<typeof Quote> {
  const money = moneyIn(quote.currency);
  return {
    quote: token,
    expiresAt: toInstant(quote.expiresAt),
    propertyId: quote.propertyId,
    ...quote.stay,
    guests: quote.guests,
    ...toPriceParts(quote),
    total: money(quote.total),
    hostEarns: money(quote.hostEarns),
    cancellation: {
      policy: cancellation.policy,
      steps: cancellation.steps.map(({ until, refund }) => ({
        until: until === null ? null : toInstant(until),
        refund: money(refund),
      })),
    },
  };
}

export const toCalendar = ({ currency, days }: ShownCalendar): z.infer<typeof Calendar> => ({
  data: days.map(({ price, ...day }) => ({
    ...day,
    price: price === null || currency === null ? null : moneyIn(currency)(price),
  })),
});
