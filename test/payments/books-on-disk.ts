import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isOpen } from '../../src/book/money/effect.ts';
import { balances } from '../../src/book/money/ledger.ts';
import { type Payment, refundedOf } from '../../src/book/money/payment.ts';
import type { Booking } from '../../src/book/stays/booking.ts';
import { checkPayments, type MoneyRows } from '../book/sim/check-payments.ts';

/** What is on the disk of a world: every book's money, and what the sandbox's providers have of it. */
type There = { captured: number; refunded: number; isEnded: boolean };
export type Books = ReturnType<typeof openBooks>;

const CENTS = 100;
const NOWHERE: There = { captured: 0, refunded: 0, isEnded: true };

export function openBooks(storage: string) {
  const money: MoneyRows = { payments: [], effects: [], entries: [], payouts: [] };
  const bookings = new Map<string, Booking>();
  for (const read of filesOf(storage, 'roost-PropertyBook')) {
    const all = <T>(table: string) => read<T>(`SELECT value FROM ${table} ORDER BY id`);
    for (const booking of all<Booking>('booking')) bookings.set(booking.id, booking);
    for (const name of ['payment', 'effect', 'ledger'] as const)
      (money[TABLES[name]] as unknown[]).push(...all(name));
  }
  const there = providersOf(storage);

  return {
    bookings,
    /** How each payment has ended. */
    ends: new Map(money.payments.map((payment) => [payment.id, endOf(payment)])),

    /** What is still to come to its end. */
    open: (): string[] => [
      ...money.payments.filter(({ fate }) => fate.kind === 'waiting').map(({ id }) => `${id} waits`),
      ...money.effects.filter(isOpen).map(({ key, state }) => `${key} is ${state}`),
    ],

    wrong(): string[] {
      const wrong = checkPayments(money, bookings);
      for (const payment of money.payments) {
        const said = there.get(payment.id) ?? NOWHERE;
        const own = [payment.told.captured, refundedOf(payment.told)];
        if (own[0] !== said.captured || own[1] !== said.refunded)
          wrong.push(`${payment.id} has ${own}, and its provider ${said.captured},${said.refunded}`);
        if (!said.isEnded) wrong.push(`${payment.id} has not ended at its provider`);
        const booking = bookings.get(payment.bookingId);
        if (endOf(payment) === 'unended') wrong.push(`${payment.id} came to no end`);
        else if (payment.fate.kind === 'taken' && booking?.confirmedAt == null)
          wrong.push(`${payment.id} was taken for nights that nobody has`);
      }
      for (const [id, { payment }] of bookings) {
        const own = money.entries.filter(({ bookingId }) => bookingId === id);
        const { guest, provider } = balances(own);
        if (guest !== payment.owed) wrong.push(`the guest of ${id} is left with ${guest}`);
        const lies = money.payments.filter(({ bookingId }) => bookingId === id);
        const held = lies.reduce((sum, { told }) => sum + told.captured - refundedOf(told), 0);
        if (provider !== held) wrong.push(`${provider} of ${id} lies with providers, and not ${held}`);
      }
      return wrong;
    },
  };
}

const TABLES = { payment: 'payments', effect: 'effects', ledger: 'entries', payout: 'payouts' } as const;

function endOf({ told, fate, amount }: Payment): 'captured' | 'voided' | 'refunded' | 'unended' {
  const refunded = refundedOf(told);
  if (told.captured > 0 && refunded === told.captured) return 'refunded';
  if (fate.kind === 'taken') return told.captured === amount ? 'captured' : 'unended';
  return told.captured === 0 && told.voided ? 'voided' : 'unended';
}

/** Stripe's intents, and M-Pesa's pushes with what was paid to phones under keys of theirs. */
function providersOf(storage: string): Map<string, There> {
  const there = new Map<string, There>();
  for (const read of filesOf(storage, 'roost-sandbox-Sandbox')) {
    type Intent = {
      metadata: { paymentId: string };
      status: string;
      amount_received: number;
      latest_charge: string;
    };
    const charges = new Map(
      read<{ id: string; amount_refunded: number }>(
        "SELECT data AS value FROM stripe_object WHERE kind = 'charge'",
      ).map((charge) => [charge.id, charge.amount_refunded]),
    );
    for (const intent of read<Intent>(
      "SELECT data AS value FROM stripe_object WHERE kind = 'payment_intent'",
    ))
      there.set(intent.metadata.paymentId, {
        captured: intent.amount_received,
        refunded: charges.get(intent.latest_charge) ?? 0,
        isEnded: intent.status === 'succeeded' || intent.status === 'canceled',
      });
    const paid =
      "SELECT json_object('id', payment_id, 'paid', amount, 'code', result_code) AS value FROM daraja_push";
    for (const { id, paid: amount, code } of read<{ id: string; paid: number; code: string | null }>(paid)) {
      const before = there.get(id) ?? { ...NOWHERE };
      if (code === '0') before.captured += amount * CENTS;
      there.set(id, { ...before, isEnded: before.isEnded && code !== null });
    }
    const sent =
      "SELECT json_object('key', originator_id, 'sent', amount, 'code', result_code) AS value FROM daraja_transfer";
    for (const { key, sent: amount, code } of read<{ key: string; sent: number; code: string }>(sent)) {
      const payment = there.get(key.split('-', 1)[0] ?? '');
      if (payment && code === '0') payment.refunded += amount * CENTS;
    }
  }
  return there;
}

type Read = <T>(query: string) => T[];

function* filesOf(storage: string, name: string): Generator<Read> {
  const folder = join(storage, 'do', name);
  for (const file of readdirSync(folder)) {
    if (!file.endsWith('.sqlite') || file === 'metadata.sqlite') continue;
    const db = new DatabaseSync(join(folder, file), { readOnly: true });
    const isMade =
      db.prepare("SELECT 1 FROM sqlite_master WHERE name IN ('effect', 'stripe_object')").all().length > 0;
    if (isMade)
      yield (query) =>
        db
          .prepare(query)
          .all()
          .map(({ value }) => JSON.parse(String(value)));
    db.close();
  }
}
