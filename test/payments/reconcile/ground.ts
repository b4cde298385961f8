import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { LedgerEntry, Payment } from '../../../src/book/index.ts';
import { newIdWithin, propertyIdOf } from '../../../src/kernel/ids.ts';
import type { OurTransfer } from '../../../src/payments/reconcile/discrepancy.ts';
import type { ReadTransfers } from '../../../src/payments/reconcile/read-transfers.ts';
import { moneyCopies } from '../../../src/payments/sink.ts';
import { openClient } from '../../../src/payments/stripe/client.ts';
import type { Database } from '../../../src/platform/database.ts';
import { createSend } from '../../../src/platform/outbound.ts';
import { openBook } from '../../book/ground.ts';
import { chanceFrom } from '../../book/sim/random.ts';
import { settings, testContext } from '../../worker/ground.ts';
import { TOLD } from './records.ts';

/**
 * A marketplace's money, on both sides: at the sandbox's Stripe, to which everything is really done, and in our
 * books and D1, into which it is written as it would have been told. What Stripe tells is dropped.
 */
export type Paid = Omit<Payment, 'tokenHash' | 'phone'>;
type Told = Payment['told'];

const send = createSend(env.SANDBOX);
export const stripe = openClient(settings().stripe, send);

async function sandbox(path: string, body: unknown): Promise<void> {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const response = await send(new Request(`http://sandbox/sandbox${path}`, init));
  if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
}
export const silence = () => sandbox('/delivery-faults', { target: 'stripe', mode: 'drop' });
export const listen = () => sandbox('/delivery-faults', { target: 'stripe', mode: 'none' });
const play = (paymentId: string, outcome: string) => sandbox(`/payments/${paymentId}`, { outcome });

export async function openTill(seed: number) {
  const chance = chanceFrom(seed);
  const properties = await Promise.all(Array.from({ length: 8 }, async () => (await openBook()).id));
  const capabilities = { transfers: { requested: true } };
  const { id: destination } = await stripe.accounts.create({ type: 'express', country: 'KE', capabilities });
  const transfers = new Map<string, OurTransfer>();
  const db = testContext().db as Database;

  /** Of a payment that began here and nowhere else. */
  const begin = (): Paid => {
    const propertyId = chance.pick(...properties);
    const now = Date.now();
    return {
      ...{ id: newIdWithin('pay', propertyId, now), bookingId: newIdWithin('bkg', propertyId, now) },
      ...{ provider: 'stripe', purpose: 'stay', amount: 100 * (100 + chance.below(900)), currency: 'KES' },
      ...{ reference: null, told: { ...TOLD, authorized: false, captured: 0 }, fate: { kind: 'waiting' } },
      ...{ createdAt: now, version: 1 },
    };
  };

  const till = {
    chance,
    begin,
    transfers,

    /** Asks for the money of a payment at Stripe. */
    async ask({ id, bookingId, amount, currency }: Paid): Promise<string> {
      const intent = await stripe.paymentIntents.create({
        ...{ amount, currency: currency.toLowerCase(), capture_method: 'manual', transfer_group: bookingId },
        metadata: { paymentId: id, bookingId },
      });
      return intent.id;
    },
    capture: (reference: string) => stripe.paymentIntents.capture(reference),
    play,

    async waiting(): Promise<Paid> {
      const begun = begin();
      return { ...begun, reference: await till.ask(begun) };
    },
    async held(): Promise<Paid> {
      const begun = await till.waiting();
      await play(begun.id, 'succeed');
      return { ...begun, told: { ...begun.told, authorized: true } };
    },
    async paid(): Promise<Paid> {
      const held = await till.held();
      await till.capture(held.reference as string);
      return tell({ ...held, fate: { kind: 'taken' } }, { captured: held.amount });
    },
    async refund({ reference }: Paid, amount: number): Promise<string> {
      const refund = await stripe.refunds.create({ payment_intent: reference as string, amount });
      return refund.id;
    },
    async refunded(part = 0.4): Promise<Paid & { refundId: string }> {
      const paid = await till.paid();
      const amount = Math.floor(paid.amount * part);
      const refundId = await till.refund(paid, amount);
      const fate: Paid['fate'] = part < 1 ? paid.fate : { kind: 'returned', why: 'nights_taken' };
      return { ...tell({ ...paid, fate }, { refunds: { [refundId]: amount } }), refundId };
    },
    async dispute({ id, reference }: Paid): Promise<string> {
      await play(id, 'dispute');
      const { data } = await stripe.disputes.list({ payment_intent: reference as string });
      return data[0]?.id ?? '';
    },
    async transfer(paid: Paid, amount: number, again = ''): Promise<OurTransfer> {
      const effectId = `${paid.bookingId}-payout-0${again}`;
      const made = await stripe.transfers.create({
        ...{ amount, currency: paid.currency.toLowerCase(), destination, transfer_group: paid.bookingId },
        metadata: { effectId },
      });
      const id = newIdWithin('pyo', propertyIdOf(paid.id), Date.now());
      const { currency } = paid;
      return { id, effectId, amount, currency, reference: made.id, status: 'paid', at: Date.now() };
    },

    /** Into the payment's book, and its copies into D1. */
    async write(all: readonly Paid[]): Promise<void> {
      for (const [propertyId, own] of Map.groupBy(all, ({ id }) => propertyIdOf(id))) {
        await runInDurableObject(env.BOOKS.getByName(propertyId), (_, { storage: { sql } }) => {
          for (const one of own)
            sql.exec(
              'INSERT OR REPLACE INTO payment (id, booking_id, value) VALUES (?, ?, ?)',
              one.id,
              one.bookingId,
              JSON.stringify(one),
            );
        });
        const sides = { epoch: 0, guestId: 'usr_guest', hostId: 'usr_host', status: 'pending' as const };
        const payments = own.map((payment) => ({ ...sides, payment }));
        const entries = own.flatMap(entriesOf).map((entry) => ({ epoch: 0, entry }));
        await db.batch([...moneyCopies.payment(db, payments), ...moneyCopies.ledger(db, entries)] as never);
      }
    },
    async remove({ id }: Paid): Promise<void> {
      await runInDurableObject(env.BOOKS.getByName(propertyIdOf(id)), (_, { storage: { sql } }) => {
        sql.exec('DELETE FROM payment WHERE id = ?', id);
      });
      await env.DB.prepare('DELETE FROM payment WHERE id = ?').bind(id).run();
    },
  };
  return till;
}

/** What the book's ledger says of it. */
function entriesOf({ id, bookingId, told, currency, createdAt: at }: Paid): LedgerEntry[] {
  const whose = { bookingId, hostId: 'usr_host', at, currency, lines: {} };
  const captures = told.captured > 0 ? [{ ...whose, id: `capture:${id}`, kind: 'capture' as const }] : [];
  const refunds = Object.keys(told.refunds).map((reference) => ({
    ...{ ...whose, id: `refund:${reference}`, kind: 'refund' as const },
  }));
  return [...captures, ...refunds];
}

export const tell = <T extends Paid>(payment: T, more: Partial<Told>): T => ({
  ...payment,
  version: payment.version + 1,
  told: { ...payment.told, ...more },
});

export const readerOf =
  (transfers: ReadonlyMap<string, OurTransfer>): ReadTransfers =>
  async (_, { range, effectIds }) =>
    [...transfers.values()].filter(
      ({ effectId, at }) =>
        effectIds.includes(effectId) || (range !== null && at >= range.from && at < range.to),
    );
