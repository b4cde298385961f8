import type { LedgerEntry } from '../../book/index.ts';
import { toInstant } from '../../kernel/clock.ts';
import { type Currency, exponentOf } from '../../kernel/money.ts';
import { moneyIn } from '../../properties/index.ts';

type Line = Pick<LedgerEntry, 'at' | 'kind' | 'bookingId' | 'currency'> & {
  readonly propertyId: string;
  readonly amount: number;
};
type Account = {
  readonly currency: Currency;
  readonly opening: number;
  readonly lines: readonly Line[];
  readonly closing: number;
};
export type Statement = { readonly month: string; readonly accounts: readonly Account[] };

/** Each currency for itself. What means nothing for the host is no line. */
export function addUp(
  month: string,
  openings: ReadonlyMap<Currency, number>,
  lines: readonly Line[],
): Statement {
  const told = lines.filter(({ amount }) => amount !== 0);
  const currencies = [...new Set([...openings.keys(), ...told.map(({ currency }) => currency)])].sort();
  const accounts = currencies.map((currency): Account => {
    const own = told.filter((line) => line.currency === currency);
    const opening = openings.get(currency) ?? 0;
    return { currency, opening, lines: own, closing: own.reduce((sum, { amount }) => sum + amount, opening) };
  });
  return { month, accounts: accounts.filter(({ opening, lines: own }) => opening !== 0 || own.length > 0) };
}

export const toStatement = ({ month, accounts }: Statement) => ({
  month,
  currencies: accounts.map(({ currency, opening, lines, closing }) => {
    const money = moneyIn(currency);
    const shown = lines.map(({ at, kind, bookingId, propertyId, amount }) => ({
      ...{ at: toInstant(at), kind, bookingId, propertyId, amount: money(amount) },
    }));
    return { opening: money(opening), lines: shown, closing: money(closing) };
  }),
});

const COLUMNS = ['at', 'kind', 'booking', 'property', 'currency', 'amount', 'balance'];
const LINE_END = '\r\n';

/** The same for a spreadsheet, with the amounts as people write them. Nothing in it has to be quoted. */
export function toCsv({ month, accounts }: Statement): string {
  const rows = accounts.flatMap(({ currency, opening, lines, closing }) => {
    const write = (amount: number) => decimal(amount, exponentOf(currency));
    let balance = opening;
    return [
      [month, 'opening', '', '', currency, '', write(opening)],
      ...lines.map(({ at, kind, bookingId, propertyId, amount }) => {
        balance += amount;
        return [toInstant(at), kind, bookingId, propertyId, currency, write(amount), write(balance)];
      }),
      [month, 'closing', '', '', currency, '', write(closing)],
    ];
  });
  return [COLUMNS, ...rows].map((row) => row.join(',')).join(LINE_END) + LINE_END;
}

function decimal(amount: number, exponent: number): string {
  const digits = String(Math.abs(amount)).padStart(exponent + 1, '0');
  const sign = amount < 0 ? '-' : '';
  if (exponent === 0) return sign + digits;
  return `${sign}${digits.slice(0, -exponent)}.${digits.slice(-exponent)}`;
}
