import { and, asc, eq, gte, lt, sql } from 'drizzle-orm';
import { requireHost } from '../../accounts/index.ts';
import type { Context } from '../../context.ts';
import type { Currency } from '../../kernel/money.ts';
import type { Database } from '../../platform/database.ts';
import { ledgerEntry } from '../tables.ts';
import { addUp, type Statement } from './statement.ts';

/** What an entry means for the host: what is theirs, and what of it lies on their balance. */
const FOR_HOST = sql<number>`-(coalesce(${ledgerEntry.lines} ->> 'host', 0) + coalesce(${ledgerEntry.lines} ->> 'balance', 0))`;

/** A month of the caller's money, from the ledger's copy, in one trip. */
export async function getStatement(ctx: Context, { month }: { month: string }): Promise<Statement> {
  const { accountId } = requireHost(ctx, 'bookings:read');

  const [from, to] = [monthStart(month, 0), monthStart(month, 1)];
  const db = ctx.db as Database;
  const [opening, lines] = await db.batch([
    db
      .select({ currency: ledgerEntry.currency, amount: sql<number>`sum(${FOR_HOST})`.as('amount') })
      .from(ledgerEntry)
      .where(and(eq(ledgerEntry.hostId, accountId), lt(ledgerEntry.at, from)))
      .groupBy(ledgerEntry.currency),
    db
      .select({
        at: ledgerEntry.at,
        kind: ledgerEntry.kind,
        bookingId: ledgerEntry.bookingId,
        propertyId: ledgerEntry.propertyId,
        currency: ledgerEntry.currency,
        amount: FOR_HOST.as('amount'),
      })
      .from(ledgerEntry)
      .where(and(eq(ledgerEntry.hostId, accountId), gte(ledgerEntry.at, from), lt(ledgerEntry.at, to)))
      .orderBy(asc(ledgerEntry.at), asc(ledgerEntry.id)),
  ]);
  const openings = new Map<Currency, number>(opening.map(({ currency, amount }) => [currency, amount]));
  return addUp(month, openings, lines);
}

function monthStart(month: string, later: number): number {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return Date.UTC(year, number - 1 + later, 1);
}
