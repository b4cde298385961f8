import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { addNights, type Night } from '../../src/kernel/stay.ts';
import { CHROMIUM, NO_CHROMIUM, withBrowser } from '../browser.ts';
import { type Json, openMarket } from '../payments/market.ts';

/** A person at the page, and the same marketplace as its clients see it. */
let market: Awaited<ReturnType<typeof openMarket>>;
let place: string;
beforeAll(async () => {
  if (CHROMIUM === undefined) return;
  market = await openMarket();
  place = await market.plant('instant');
});
afterAll(() => market?.world.stop());

const begun = async (guest: string, inDays: number, provider: 'stripe' | 'mpesa' = 'stripe') => {
  const { id } = await market.hold(guest, place, market.inDays(inDays));
  const phone = provider === 'mpesa' ? { phone: '0712345678' } : {};
  const { payment } = await market.done(guest, 'POST', `/v1/bookings/${id}/payment`, { provider, ...phone });
  return {
    paymentId: payment.id as string,
    /** Waits until the guest sees the booking and its payment like this. */
    becomes: (status: string, paymentStatus: string) =>
      market.until(
        () => market.done(guest, 'GET', `/v1/bookings/${id}`),
        (booking: Json) => booking.status === status && booking.payment?.status === paymentStatus,
      ),
  };
};

test.skipIf(CHROMIUM === undefined)(
  `on the page a person pays, declines, disputes, moves the clock and reads what is mailed${NO_CHROMIUM}`,
  async () => {
    const [one, two, three] = market.guests as [string, string, string];
    const card = await begun(one, 2);
    const payoutDay = market.inDays(3);
    const other = await begun(two, 10);
    const phone = await begun(three, 20, 'mpesa');

    await withBrowser(async (page, seen) => {
      await page.goto(`${market.world.url}/sandbox`);
      const item = (paymentId: string) => page.locator('.payment', { hasText: paymentId });
      const press = (paymentId: string, label: string) =>
        item(paymentId).getByRole('button', { name: label, exact: true }).click();
      const shows = async (paymentId: string, state: string, buttons: string[]) => {
        await item(paymentId).locator('.state', { hasText: state }).waitFor();
        expect(await item(paymentId).getByRole('button').allTextContents()).toEqual(buttons);
      };

      const waiting = ['Pay', 'Decline'];
      await shows(card.paymentId, 'waiting', waiting);
      await shows(phone.paymentId, 'waiting', [...waiting, 'Cancel on the phone', 'Let it time out']);
      expect(await page.locator('.payment').count()).toBe(3);

      await press(card.paymentId, 'Pay');
      await card.becomes('confirmed', 'captured');
      await shows(card.paymentId, 'taken', ['Dispute']);
      await press(other.paymentId, 'Decline');
      await other.becomes('pending', 'failed');
      await shows(other.paymentId, 'declined', waiting);
      await press(phone.paymentId, 'Cancel on the phone');
      await phone.becomes('pending', 'failed');
      await shows(phone.paymentId, 'cancelled', []);

      await press(other.paymentId, 'Pay');
      await other.becomes('confirmed', 'captured');
      await press(other.paymentId, 'Dispute');
      await other.becomes('confirmed', 'disputed');
      await shows(other.paymentId, 'disputed', ['Win the dispute', 'Lose the dispute']);
      await press(other.paymentId, 'Win the dispute');
      await other.becomes('confirmed', 'captured');
      await shows(other.paymentId, 'dispute won', []);

      await moveByADay(page, payoutDay);
      expect(seen.requests.filter((request) => !request.includes(` ${market.world.url}/`))).toEqual([]);
      expect(seen.complaints).toEqual([]);
    });
  },
);

async function moveByADay(page: Page, payoutDay: Night) {
  // On the day after the guest has come, the host is owed what nobody knows where to send.
  await market.advance(`PT${Math.ceil((Date.parse(payoutDay) - market.now()) / 1_000)}S`);
  await page.locator('#now', { hasText: payoutDay }).waitFor();
  const mail = page.locator('.mail', { hasText: 'Your payout has to wait' });
  expect(await mail.count()).toBe(0);

  await page.getByRole('button', { name: '+1 day' }).click();
  await page.locator('#now', { hasText: addNights(payoutDay, 1) }).waitFor();
  await mail.click();
  await mail.getByText('You have earned money, and we do not know yet where it should go.').waitFor();
}
