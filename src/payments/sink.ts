import { and, eq, lt, sql } from 'drizzle-orm';
import type { BatchItem } from 'drizzle-orm/batch';
import type { LedgerEntry, Payment, PaymentStatus, Sink } from '../book/index.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import type { Copies } from '../platform/book-sink.ts';
import type { Database } from '../platform/database.ts';
import { ledgerEntry, payment } from './tables.ts';

type ToldPayment = {
  readonly epoch: number;
  readonly guestId: string;
  readonly hostId: string;
  readonly status: PaymentStatus;
  readonly payment: Omit<Payment, 'tokenHash' | 'phone'>;
};
type ToldEntry = { readonly epoch: number; readonly entry: LedgerEntry };

/** What D1 keeps of the books' money. */
export const moneyCopies = {
  payment: keepPayment,
  ledger: keepEntry,
  no_other_money: (db, { propertyId, epoch }: { propertyId: string; epoch: number }) => [
    db.delete(payment).where(and(eq(payment.propertyId, propertyId), lt(payment.epoch, epoch))),
    db.delete(ledgerEntry).where(and(eq(ledgerEntry.propertyId, propertyId), lt(ledgerEntry.epoch, epoch))),
  ],
} satisfies Copies;

function keepPayment(
  db: Database,
  { epoch, guestId, hostId, status, payment: value }: ToldPayment,
): BatchItem<'sqlite'>[] {
  const { id, bookingId, reference, version, createdAt } = value;
  const row = {
    ...{ propertyId: propertyIdOf(id), bookingId, hostId, guestId, status, reference },
    ...{ epoch, version, value, createdAt },
  };
  return [
    db
      .insert(payment)
      .values({ id, ...row })
      .onConflictDoUpdate({
        target: payment.id,
        set: row,
        setWhere: sql`(${epoch}, ${version}) >= (${payment.epoch}, ${payment.version})`,
      }),
  ];
}

function keepEntry(
  db: Database,
  { epoch, entry: { id, bookingId, ...rest } }: ToldEntry,
): BatchItem<'sqlite'>[] {
  const row = { epoch, bookingId, ...rest };
  return [
    db
      .insert(ledgerEntry)
      .values({ propertyId: propertyIdOf(bookingId), id, ...row })
      .onConflictDoUpdate({
        target: [ledgerEntry.propertyId, ledgerEntry.id],
        set: row,
        setWhere: sql`${epoch} >= ${ledgerEntry.epoch}`,
      }),
  ];
}

/** What a provider is to do leaves a book for the queue; the same may be said twice. */
const QUEUED: readonly string[] = ['effect', 'look'];

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
