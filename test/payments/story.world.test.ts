import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Json, openMarket } from './market.ts';

/**
 * A stay and its money from beginning to end, on a clock that moves: two nights at 10,000, 14 % for the
 * marketplace from the guest and 3 % from the host, so that of 22,800 the host gets 19,400.
 */
const [TOTAL, EARNED] = [22_800, 19_400];
let market: Awaited<ReturnType<typeof openMarket>>;
let place: string;
beforeAll(async () => {
  market = await openMarket();
  place = await market.plant('request');
}, 120_000);
afterAll(() => market?.world.stop());

const guestOf = (index: number) => market.guests[index] as string;
const booking = (guest: string, id: string) => () => market.done(guest, 'GET', `/v1/bookings/${id}`);
const payouts = async () => (await market.done(market.host, 'GET', '/v1/payouts')).data as Json[];
const payoutOf = (id: string) => async () =>
  (await payouts()).find(({ bookings }: Json) => bookings[0].bookingId === id);
const month = () => new Date(market.now()).toISOString().slice(0, 7);
const accountFor = (body: Json) => market.done(market.host, 'POST', '/v1/me/payout-account', body);

/** From the quote to the day after check-in, with everything that lies in between. */
async function stayPaidBy(guest: string, provider: 'stripe' | 'mpesa'): Promise<string> {
  const { id, total } = await market.hold(guest, place, market.inDays(2));
  expect(total.amount).toBe(TOTAL);
  const phone = provider === 'mpesa' ? { phone: '0712345678' } : {};
  const { payment } = await market.done(guest, 'POST', `/v1/bookings/${id}/payment`, { provider, ...phone });
  await market.play(payment.id, 'succeed');
  await market.until(booking(guest, id), ({ awaiting }: Json) => awaiting === 'host');
  await market.done(market.host, 'POST', `/v1/bookings/${id}/accept`, {});
  await market.until(booking(guest, id), ({ payment: one }: Json) => one?.status === 'captured');
  await market.advance('P3DT23H');
  await booking(guest, id)();
  return id;
}

async function statement(): Promise<Json> {
  const { currencies } = await market.done(market.host, 'GET', `/v1/me/statement?month=${month()}`);
  for (const { opening, lines, closing } of currencies) {
    const sum = lines.reduce((total: number, { amount }: Json) => total + amount.amount, opening.amount);
    expect(sum, 'a statement adds up').toBe(closing.amount);
  }
  return currencies[0];
}

test('a card’s money waits for an account, goes there, and a gift to the guest comes out of the next payout', async () => {
  const guest = guestOf(0);
  const id = await stayPaidBy(guest, 'stripe');
  const waiting = await market.until(payoutOf(id), (payout: Json) => payout?.status === 'waiting');
  expect(waiting).toMatchObject({
    reason: 'no_account',
    amount: { amount: EARNED },
    withheld: { amount: 0 },
  });
  expect((await statement()).closing.amount).toBe(EARNED);

  const account = await accountFor({ provider: 'stripe', country: 'KE' });
  expect(account).toMatchObject({ provider: 'stripe', destination: expect.stringMatching(/^acct_/) });
  expect(account.onboardingUrl).toEqual(expect.any(String));
  const paid = await market.until(payoutOf(id), (payout: Json) => payout?.status === 'paid');
  expect(paid).toMatchObject({ provider: 'stripe', amount: { amount: EARNED }, reason: null });
  await market.until(statement, (one: Json) => one.closing.amount === 0);

  const gift = { amount: 5_000, reason: 'The shower was cold' };
  await market.done(market.host, 'POST', `/v1/bookings/${id}/refunds`, gift);
  await market.until(booking(guest, id), ({ payment }: Json) => payment.status === 'partially_refunded');
  const owing = await market.until(statement, (one: Json) => one.closing.amount === -5_000);
  expect(owing.lines.map(({ kind, amount }: Json) => [kind, amount.amount])).toEqual(
    expect.arrayContaining([
      ['payout', -EARNED],
      ['credit', -5_000],
    ]),
  );

  const next = await stayPaidBy(guestOf(1), 'stripe');
  const settled = await market.until(payoutOf(next), (payout: Json) => payout?.status === 'paid');
  expect(settled).toMatchObject({ amount: { amount: EARNED - 5_000 }, withheld: { amount: 5_000 } });
  await market.until(statement, (one: Json) => one.closing.amount === 0);
});

test('a dispute that is lost after the payout is owed, and withheld from the next', async () => {
  const id = await stayPaidBy(guestOf(2), 'stripe');
  await market.until(payoutOf(id), (payout: Json) => payout?.status === 'paid');
  const { payment } = await booking(guestOf(2), id)();
  await market.play(payment.id, 'dispute');
  await market.until(booking(guestOf(2), id), ({ payment: one }: Json) => one.status === 'disputed');
  expect((await statement()).closing.amount).toBe(0);
  await market.play(payment.id, 'lose_dispute');
  await market.until(statement, (one: Json) => one.closing.amount === -EARNED);

  const next = await stayPaidBy(guestOf(3), 'stripe');
  const settled = await market.until(payoutOf(next), (payout: Json) => payout?.status === 'paid');
  expect(settled).toMatchObject({ amount: { amount: 0 }, withheld: { amount: EARNED } });
  await market.until(statement, (one: Json) => one.closing.amount === 0);
});

test('a phone pays, a phone is paid, and the file for the spreadsheet says the same', async () => {
  await accountFor({ provider: 'mpesa', phone: '+254712000111' });
  const id = await stayPaidBy(guestOf(4), 'mpesa');
  const paid = await market.until(payoutOf(id), (payout: Json) => payout?.status === 'paid');
  expect(paid).toMatchObject({ provider: 'mpesa', amount: { amount: EARNED } });
  expect(await market.done(market.host, 'GET', `/v1/payouts/${paid.id}`)).toEqual(paid);

  const one = await market.until(statement, ({ closing }: Json) => closing.amount === 0);
  const response = await market.file(market.host, `/v1/me/statement?month=${month()}&format=csv`);
  const [head, ...rows] = response.split('\r\n').filter(Boolean);
  expect(head).toBe('at,kind,booking,property,currency,amount,balance');
  expect(rows).toHaveLength(one.lines.length + 2);
  expect(rows.find((row) => row.includes(`payout,${id}`))).toMatch(/,KES,-194\.00,0\.00$/);
  expect(rows.at(-1)).toMatch(/,closing,,,KES,,0\.00$/);
});

test('nobody is shown, or can have sent elsewhere, what is another’s', async () => {
  const before = await payouts();
  const [mine] = before;
  const as = guestOf(0);
  expect((await market.ask(as, 'GET', `/v1/payouts/${mine.id}`)).body.code).toBe('payouts.not_found');
  expect(
    (await market.ask(as, 'POST', '/v1/me/payout-account', { provider: 'mpesa', phone: '0712345678' })).body
      .code,
  ).toBe('auth.host_required');
  const set = (body: Json) => market.ask(market.host, 'POST', '/v1/me/payout-account', body);
  expect((await set({ provider: 'stripe' })).body.code).toBe('payouts.detail_missing');
  expect((await set({ provider: 'mpesa', phone: '+351912345678' })).body.code).toBe(
    'payouts.account_refused',
  );
  const stranger = { provider: 'stripe', country: 'KE', returnUrl: 'https://elsewhere.example/' };
  expect((await set(stranger)).body.code).toBe('payouts.return_url_foreign');
  const kept = await market.done(market.host, 'GET', '/v1/me/payout-account');
  expect(kept).toMatchObject({ provider: 'mpesa', destination: '254712000111' });
  expect(await payouts()).toEqual(before);
});
