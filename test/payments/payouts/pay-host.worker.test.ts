import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import type { Payout } from '../../../src/book/index.ts';
import { DEFAULT_RULES } from '../../../src/book/schemas.ts';
import { DAY } from '../../../src/kernel/clock.ts';
import { newId, newIdWithin } from '../../../src/kernel/ids.ts';
import type { Night } from '../../../src/kernel/stay.ts';
import { callbackTokenOf } from '../../../src/payments/callback-token.ts';
import { consumeProviderEvents, payHost, retryPayouts, retryPayoutsOf } from '../../../src/payments/index.ts';
import type { Effect, EffectOutcome, PaymentProvider } from '../../../src/payments/ports.ts';
import { readTransfers } from '../../../src/payments/reconcile/read-transfers.ts';
import { callBy, NOW, openBook, RATES, type Stub, system, withoutProviders } from '../../book/ground.ts';
import { pay } from '../../book/money/ground.ts';
import { quoteFor, replay } from '../../book/stays/ground.ts';
import { testContext } from '../../worker/ground.ts';

/** A host and what they earned, a bank that does as it is told, and a clock. */
const CHECK_IN = '2027-03-01' as Night;
const DUE = Date.UTC(2027, 2, 2, 12);
const actor = { kind: 'system', job: 'queue:effects' } as const;

function playedBank() {
  const sent = new Map<string, number>();
  const asked: string[] = [];
  const bank = {
    sent,
    asked,
    /** What it says of the next one that it is asked for. */
    next: null as EffectOutcome | null,
    /** Whether it does what it is asked although its answer is lost. */
    isHeard: true,
    /** Whether it says only by a callback what became of what it was asked. */
    isCallingBack: false,
  };
  const provider = {
    name: 'stripe',
    sendable: (currency: string) => (currency === 'KES' ? { unit: 1, least: 1, most: 99_999_999 } : null),
    async perform({ id, amount }: Effect) {
      asked.push(id);
      const said = bank.next;
      bank.next = null;
      if (said === null || said.kind === 'done' || (said.kind === 'unknown' && bank.isHeard))
        sent.set(id, amount);
      return said ?? { kind: 'done', reference: `tr_${id}` };
    },
    find: async ({ id }: Effect) => {
      if (bank.isCallingBack) return { kind: 'pending', reference: id };
      return sent.has(id) ? { kind: 'done', reference: `tr_${id}` } : null;
    },
  } as unknown as PaymentProvider;
  return { bank, provider };
}

/** What leaves its book for the bank is carried there by the tests. */
async function letBy(hostId: string) {
  const opened = await openBook({ hostId });
  await withoutProviders(opened.id);
  await opened.book.putRates(callBy(hostId), RATES, '*');
  await opened.book.putRules(callBy(hostId), { ...DEFAULT_RULES, bookingMode: 'instant' }, '*');
  await opened.book.changeStatus(callBy(hostId), { to: 'published', missing: [] });
  return opened;
}

async function hosting() {
  const hostId = newId('usr', NOW);
  const { bank, provider } = playedBank();
  const mails: object[] = [];
  const { id: propertyId, book } = await letBy(hostId);
  const at = (now: number) => {
    const mail = { send: async (message: object) => void mails.push(message) } as unknown as Queue;
    const bindings = { MAIL_QUEUE: mail };
    const ctx = testContext({ actor, clock: { now: () => now }, bindings });
    return { ...ctx, providers: { stripe: provider, mpesa: null } };
  };
  const openAccount = () =>
    env.DB.prepare(
      'INSERT INTO payout_account (host_id, provider, destination, created_at) VALUES (?, ?, ?, ?)',
    )
      .bind(hostId, 'stripe', 'acct_1', NOW)
      .run();
  return { hostId, propertyId, book, bank, at, openAccount, mails };
}
type Hosting = Awaited<ReturnType<typeof hosting>>;

async function stayPaid({ book, propertyId }: Hosting, checkIn = CHECK_IN): Promise<string> {
  const guest = newId('usr', NOW);
  const bookingId = newIdWithin('bkg', propertyId, NOW);
  const booking = { id: bookingId, quote: quoteFor(propertyId, checkIn, 2), message: null };
  const made = await book.createBooking(callBy(guest), booking, replay());
  if (!made.ok) throw new Error(JSON.stringify(made));
  await pay(book, { bookingId, guest });
  return bookingId;
}

const rowsOf = (book: Stub, table: string): Promise<Record<string, unknown>[]> =>
  runInDurableObject(book, (_, { storage }) => storage.sql.exec(`SELECT * FROM ${table}`).toArray());
const payoutsOf = async (book: Stub): Promise<Payout[]> =>
  (await rowsOf(book, 'payout')).map(({ value }) => JSON.parse(String(value)));
const onlyPayout = async (book: Stub): Promise<Payout> => {
  const [payout, ...others] = await payoutsOf(book);
  expect(others).toEqual([]);
  return payout as Payout;
};
/** The clock makes it due, and what leaves the book is read from what it keeps. */
async function due({ book }: Hosting, now = DUE): Promise<Payout> {
  await book.readPayment(system(now), 'pay_none');
  await book.readBooking(system(now), 'bkg_none');
  return onlyPayout(book);
}
/** What M-Pesa tells, at the address of its own, of money that it took on. */
async function tellOf({ at }: Hosting, key: string, resultCode: number, now = DUE) {
  const ctx = at(now);
  const said = { OriginatorConversationID: key, ConversationID: 'AG_1', ResultCode: resultCode };
  const text = JSON.stringify({ Result: said });
  const results = await consumeProviderEvents(ctx, [
    { kind: 'mpesa', token: callbackTokenOf(ctx.keyring, key), text },
  ]);
  expect(results).toEqual([null]);
}
/** D1 is told a moment later. */
const toldOf = (hostId: string, status: Payout['status']) =>
  vi.waitFor(async () => {
    const row = await env.DB.prepare('SELECT status FROM payout WHERE host_id = ?').bind(hostId).first();
    expect(row).toEqual({ status });
  });

test('said twice, and a third time later, a payout is sent once', async () => {
  const home = await hosting();
  await home.openAccount();
  await stayPaid(home);
  const payout = await due(home);
  expect(payout).toMatchObject({ status: 'due', amount: expect.any(Number) });
  await Promise.all([
    payHost(home.at(DUE), { pay_host: payout }),
    payHost(home.at(DUE), { pay_host: payout }),
  ]);
  await payHost(home.at(DUE + DAY), { pay_host: payout });
  expect([...home.bank.sent]).toEqual([[payout.key, payout.amount]]);
  expect(await onlyPayout(home.book)).toMatchObject({ status: 'paid', sent: payout.amount });
  const entries = (await rowsOf(home.book, 'ledger')).filter(({ id }) => id === payout.key);
  expect(entries.map(({ value }) => JSON.parse(String(value)).lines)).toEqual([
    { host: payout.amount, provider: -payout.amount },
  ]);
});

test('what was sent is what is compared with the bank’s own list', async () => {
  const home = await hosting();
  await home.openAccount();
  await stayPaid(home);
  const payout = await due(home);
  const read = (more: object) =>
    readTransfers(home.at(DUE), { provider: 'stripe', range: null, effectIds: [], ...more });
  expect(await read({ effectIds: [payout.key] })).toEqual([]);
  await payHost(home.at(DUE), { pay_host: payout });
  await toldOf(home.hostId, 'paid');

  const { id, key, amount } = payout;
  const reference = `tr_${key}`;
  const sent = { id, effectId: key, amount, currency: 'KES', reference, status: 'paid', at: DUE };
  await vi.waitFor(async () => {
    const found = await read({ range: { from: DUE, to: DUE + 1 } });
    expect(found.filter((one) => one.id === id)).toEqual([sent]);
  });
  expect(await read({ effectIds: [`${key}r1`] })).toEqual([sent]);
  expect(await read({ range: { from: DUE + 1, to: DUE + DAY } })).toEqual([]);
  expect(await read({ provider: 'mpesa', effectIds: [key] })).toEqual([]);
});

test('what may have been sent is looked for, and not sent again', async () => {
  const home = await hosting();
  await home.openAccount();
  await stayPaid(home);
  const payout = await due(home);
  home.bank.next = { kind: 'unknown', code: 'no_answer' };
  await expect(payHost(home.at(DUE), { pay_host: payout })).rejects.toThrow();
  expect((await onlyPayout(home.book)).status).toBe('due');
  await payHost(home.at(DUE), { pay_host: payout });
  expect(home.bank.asked).toEqual([payout.key]);
  expect(await onlyPayout(home.book)).toMatchObject({ status: 'paid', reference: `tr_${payout.key}` });
});

test('without an account it waits and the host is told once; with one it goes there at once', async () => {
  const home = await hosting();
  await stayPaid(home);
  const payout = await due(home);
  await payHost(home.at(DUE), { pay_host: payout });
  expect(await onlyPayout(home.book)).toMatchObject({ status: 'waiting', reason: 'no_account', sent: null });
  expect(home.bank.asked).toEqual([]);
  expect(home.mails).toMatchObject([{ kind: 'payout_stuck', reason: 'no_account', hostId: home.hostId }]);

  await home.openAccount();
  await toldOf(home.hostId, 'waiting');
  await retryPayoutsOf(home.at(DUE), { kind: 'retry_payouts', hostId: home.hostId });
  const again = await onlyPayout(home.book);
  expect(again).toMatchObject({ status: 'due', attempt: 1, key: payout.key });
  await payHost(home.at(DUE), { pay_host: again });
  // The first message comes once more.
  await payHost(home.at(DUE), { pay_host: payout });
  expect([...home.bank.sent]).toEqual([[`${payout.key}r1`, payout.amount]]);
  expect((await onlyPayout(home.book)).status).toBe('paid');
});

test('what a bank refuses is asked again the next day, under another name', async () => {
  const home = await hosting();
  await home.openAccount();
  await stayPaid(home);
  const payout = await due(home);
  home.bank.next = { kind: 'refused', code: 'balance_insufficient' };
  await payHost(home.at(DUE), { pay_host: payout });
  expect(await onlyPayout(home.book)).toMatchObject({ status: 'failed', reason: 'balance_insufficient' });
  expect(home.mails).toMatchObject([{ kind: 'payout_stuck', reason: 'balance_insufficient' }]);
  expect([...home.bank.sent]).toEqual([]);

  await toldOf(home.hostId, 'failed');
  await retryPayouts(home.at(DUE + DAY));
  const again = await onlyPayout(home.book);
  expect(again).toMatchObject({ status: 'due', attempt: 1 });
  // Before it is begun the first comes late, and finds the bank willing.
  await payHost(home.at(DUE + DAY), { pay_host: payout });
  await payHost(home.at(DUE + DAY), { pay_host: again });
  expect([...home.bank.sent]).toEqual([[`${payout.key}r1`, payout.amount]]);
  expect((await onlyPayout(home.book)).status).toBe('paid');
});

test('what nobody answers is asked again by the clock', async () => {
  const home = await hosting();
  await home.openAccount();
  await stayPaid(home);
  const payout = await due(home);
  await due(home, DUE + 14 * 60_000);
  expect((await onlyPayout(home.book)).asked).toBe(0);
  await due(home, DUE + 15 * 60_000);
  const again = await onlyPayout(home.book);
  expect(again).toMatchObject({ asked: 1, key: payout.key, status: 'due' });
});

test('one place’s debt is paid by another place of the same host', async () => {
  const home = await hosting();
  await home.openAccount();
  const bookingId = await stayPaid(home);
  const payout = await due(home);
  await payHost(home.at(DUE), { pay_host: payout });
  const host = callBy(home.hostId, DUE);
  const gift = { bookingId, amount: 5_000, reason: 'Cold water' };
  const given = await home.book.createRefund(host, gift, replay());
  expect(given.ok).toBe(true);
  const debt = (await payoutsOf(home.book)).find(({ amount }) => amount < 0) as Payout;
  expect(debt).toMatchObject({ amount: -5_000, number: 1 });
  await payHost(home.at(DUE), { pay_host: debt });

  const { id: propertyId, book } = await letBy(home.hostId);
  const other = { ...home, propertyId, book };
  await stayPaid(other);
  const next = await due(other);
  await payHost(home.at(DUE), { pay_host: next });
  expect(await onlyPayout(other.book)).toMatchObject({ amount: next.amount, sent: next.amount - 5_000 });
  expect(home.bank.sent.get(next.key)).toBe(next.amount - 5_000);
});

test('that it failed, said of what was paid, withholds nothing twice', async () => {
  const home = await hosting();
  await home.openAccount();
  const bookingId = await stayPaid(home);
  await payHost(home.at(DUE), { pay_host: await due(home) });
  const gift = { bookingId, amount: 5_000, reason: 'Cold water' };
  await home.book.createRefund(callBy(home.hostId, DUE), gift, replay());
  const debt = (await payoutsOf(home.book)).find(({ amount }) => amount < 0) as Payout;
  await payHost(home.at(DUE), { pay_host: debt });

  const payElsewhere = async (tells: readonly number[]) => {
    const { id: propertyId, book } = await letBy(home.hostId);
    const other = { ...home, propertyId, book };
    await stayPaid(other);
    const payout = await due(other);
    home.bank.next = { kind: 'pending', reference: payout.key };
    await payHost(home.at(DUE), { pay_host: payout });
    for (const code of tells) await tellOf(home, payout.key, code);
    const { status, amount, sent } = await onlyPayout(other.book);
    return { status, withheld: amount - Number(sent) };
  };
  expect(await payElsewhere([0, 2001, 2001])).toEqual({ status: 'paid', withheld: 5_000 });
  expect(await payElsewhere([0])).toEqual({ status: 'paid', withheld: 0 });
});

test('a repetition that is refused says nothing of what may be on its way', async () => {
  const home = await hosting();
  await home.openAccount();
  await stayPaid(home);
  const payout = await due(home);
  home.bank.isCallingBack = true;
  home.bank.next = { kind: 'unknown', code: 'no_answer' };
  await expect(payHost(home.at(DUE), { pay_host: payout })).rejects.toThrow();
  for (const code of ['wrong_credentials', 'initiator_locked']) {
    home.bank.next = { kind: 'refused', code };
    await expect(payHost(home.at(DUE), { pay_host: payout })).rejects.toThrow();
    expect(await onlyPayout(home.book)).toMatchObject({ status: 'due', reason: null });
  }
  await retryPayouts(home.at(DUE + DAY));
  expect(await onlyPayout(home.book)).toMatchObject({ status: 'due', attempt: 0 });

  home.bank.next = { kind: 'pending', reference: payout.key };
  await payHost(home.at(DUE + DAY), { pay_host: payout });
  await tellOf(home, payout.key, 0, DUE + DAY);
  expect([...home.bank.sent]).toEqual([[payout.key, payout.amount]]);
  expect(await onlyPayout(home.book)).toMatchObject({ status: 'paid', sent: payout.amount });
});

test('what failed on its way is on the balance again, and is sent once under its next name', async () => {
  const home = await hosting();
  await home.openAccount();
  await stayPaid(home);
  const payout = await due(home);
  home.bank.next = { kind: 'pending', reference: payout.key };
  await payHost(home.at(DUE), { pay_host: payout });
  await tellOf(home, payout.key, 2001);
  await tellOf(home, payout.key, 2001);
  expect(await onlyPayout(home.book)).toMatchObject({ status: 'failed', reason: '2001' });

  await toldOf(home.hostId, 'failed');
  await retryPayouts(home.at(DUE + DAY));
  const again = await onlyPayout(home.book);
  await payHost(home.at(DUE + DAY), { pay_host: again });
  await tellOf(home, payout.key, 2001, DUE + DAY);
  expect([...home.bank.sent]).toEqual([[`${payout.key}r1`, payout.amount]]);
  expect(await onlyPayout(home.book)).toMatchObject({ status: 'paid', sent: payout.amount });
});
