import { and, eq, lt, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { LedgerEntry, ParkedEffect, Payment, PaymentStatus, Payout, Sink } from '../book/index.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import type { Copies } from '../platform/book-sink.ts';
import type { Database } from '../platform/database.ts';
import { keepRows } from '../platform/keep-rows.ts';
import { ledgerEntry, parkedEffect, payment, payout } from './tables.ts';

type ToldPayment = {
  readonly epoch: number;
  readonly guestId: string;
  readonly hostId: string;
  readonly status: PaymentStatus;
  readonly payment: Omit<Payment, 'tokenHash' | 'phone'>;
};
type ToldPayout = { readonly epoch: number; readonly payout: Payout };
type ToldEntry = { readonly epoch: number; readonly entry: LedgerEntry };

/** What D1 keeps of the books' money. */
export const moneyCopies = {
  payment: keepPayments,
  payout: keepPayouts,
  ledger: keepEntries,
  parked_effect: keepParked,
  no_other_money: (db, lasts: readonly { propertyId: string; epoch: number }[]) =>
    lasts.flatMap(({ propertyId, epoch }) => [
      db.delete(payment).where(and(eq(payment.propertyId, propertyId), lt(payment.epoch, epoch))),
      db.delete(payout).where(and(eq(payout.propertyId, propertyId), lt(payout.epoch, epoch))),
      db
        .delete(parkedEffect)
        .where(and(eq(parkedEffect.propertyId, propertyId), lt(parkedEffect.epoch, epoch))),
      db.delete(ledgerEntry).where(and(eq(ledgerEntry.propertyId, propertyId), lt(ledgerEntry.epoch, epoch))),
    ]),
} satisfies Copies;

function keepPayments(db: Database, told: readonly ToldPayment[]): BatchItem<'sqlite'>[] {
  const rows = told.map(({ epoch, guestId, hostId, status, payment: value }) => {
    const { id, bookingId, reference, version, createdAt } = value;
    const whose = { id, propertyId: propertyIdOf(id), bookingId, hostId, guestId };
    return { ...whose, status, reference, epoch, version, value: JSON.stringify(value), createdAt };
  });
  const setWhere = sql`(excluded.epoch, excluded.version) >= (${payment.epoch}, ${payment.version})`;
  return keepRows(db, payment, rows, { target: payment.id, setWhere });
}

function keepPayouts(db: Database, told: readonly ToldPayout[]): BatchItem<'sqlite'>[] {
  const rows = told.map(({ epoch, payout: value }) => {
    const { id, bookingId, hostId, status, version, createdAt } = value;
    const whose = { id, propertyId: propertyIdOf(id), bookingId, hostId };
    return { ...whose, status, epoch, version, value: JSON.stringify(value), createdAt };
  });
  const setWhere = sql`(excluded.epoch, excluded.version) >= (${payout.epoch}, ${payout.version})`;
  return keepRows(db, payout, rows, { target: payout.id, setWhere });
}

function keepEntries(db: Database, told: readonly ToldEntry[]): BatchItem<'sqlite'>[] {
  const rows = told.map(({ epoch, entry: { lines, ...entry } }) => {
    return { ...entry, propertyId: propertyIdOf(entry.bookingId), epoch, lines: JSON.stringify(lines) };
  });
  return keepRows(db, ledgerEntry, rows, {
    target: [ledgerEntry.propertyId, ledgerEntry.id],
    setWhere: sql`excluded.epoch >= ${ledgerEntry.epoch}`,
  });
}

type ToldEffect = { readonly epoch: number; readonly version: number; readonly effect: ParkedEffect };

function keepParked(db: Database, told: readonly ToldEffect[]): BatchItem<'sqlite'>[] {
  const rows = told.map(({ epoch, version, effect: value }) => {
    const { id, isParked, createdAt } = value;
    const whose = { id, propertyId: propertyIdOf(id), epoch, version, isParked: Number(isParked) };
    return { ...whose, value: JSON.stringify(value), createdAt };
  });
  const setWhere = sql`(excluded.epoch, excluded.version) >= (${parkedEffect.epoch}, ${parkedEffect.version})`;
  return keepRows(db, parkedEffect, rows, { target: parkedEffect.id, setWhere });
}

/** What a provider is to do leaves a book for the queue; the same may be said twice. */
const QUEUED: readonly string[] = ['effect', 'look', 'pay_host'];

export function sendEffects(sink: Sink, queue: Queue<unknown>): Sink {
  return {
    async send(rows) {
      const own = rows.filter(({ kind }) => QUEUED.includes(kind));
      const others = rows.filter(({ kind }) => !QUEUED.includes(kind));
      try {
        if (own.length > 0)
          await queue.sendBatch(
            own.map(({ kind, subject, body }) => ({ body: { kind, id: subject, [kind]: JSON.parse(body) } })),
          );
      } catch {
        return 'later';
      }
      return others.length === 0 ? 'done' : sink.send(others);
    },
  };
}
