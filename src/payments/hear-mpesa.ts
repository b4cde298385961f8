import type { EffectResult, PaymentEvent, PayoutResult } from '../book/index.ts';
import type { Context } from '../context.ts';
import { Fault } from '../kernel/errors.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import { callOf } from '../properties/index.ts';
import { subjectOf } from './callback-token.ts';
import {
  decideResult,
  type MpesaPayment,
  type MpesaResult,
  readMpesaCallback,
  toReference,
} from './mpesa/index.ts';
import { payoutNamed } from './payouts/payout-name.ts';
import { settlePayout } from './payouts/settle-payout.ts';
import { providerOf } from './providers.ts';

/**
 * A callback is a hint from anybody. It counts when it came to an address of ours, names what only M-Pesa and we
 * know (the book compares that), and M-Pesa, asked, says the same.
 */
export async function hearMpesa(
  ctx: Context,
  { token, text }: { token: string; text: string },
): Promise<PaymentEvent | null> {
  const subject = subjectOf(ctx.keyring, token);
  const callback = readMpesaCallback(parsed(text));
  if (subject === null || callback === null) {
    ctx.log.warn('provider.event_refused', {
      provider: 'mpesa',
      reason: subject === null ? 'address_unknown' : 'malformed',
    });
    return null;
  }
  if (callback.kind === 'result') {
    await settle(ctx, subject, callback);
    return null;
  }
  return subject.startsWith('pay_') ? toEvent(ctx, subject, callback) : null;
}

async function toEvent(
  ctx: Context,
  paymentId: string,
  callback: MpesaPayment,
): Promise<PaymentEvent | null> {
  const { succeeded, checkoutRequestId, resultCode, amountMinor, receipt, phone } = callback;
  const reference = toReference(callback);
  const proof = { reference, phone };
  const at = callback.at ?? ctx.clock.now();
  const event = { source: 'mpesa', at, paymentId, reference, receipt, proof, currency: 'KES' } as const;
  if (!succeeded) {
    const eventId = `${checkoutRequestId}:${resultCode}`;
    return { ...event, kind: 'failed', eventId, amount: amountMinor };
  }
  const found = await providerOf(ctx, 'mpesa').look({ id: paymentId, reference });
  if (found?.status === 'waiting') throw new Fault('mpesa', new Error('the query does not know yet'));
  if (found?.status !== 'captured') {
    ctx.log.error('provider.event_refused', { provider: 'mpesa', paymentId, reason: 'denied_by_query' });
    return null;
  }
  // A receipt and an amount are always in a success; one without them is asked about instead of believed.
  return { ...event, kind: 'captured', eventId: `${checkoutRequestId}:paid`, amount: amountMinor ?? 0 };
}

/** What became of money that we sent; what it does not tell, the next one will. */
async function settle(ctx: Context, key: string, callback: MpesaResult): Promise<void> {
  const verdict = decideResult(callback, key);
  const reference = callback.receipt ?? key;
  const code = callback.resultCode;
  const payout = payoutNamed(key);
  if (payout !== null && (verdict === 'done' || verdict === 'failed')) {
    const result: PayoutResult =
      verdict === 'done' ? { kind: 'told', reference } : { kind: 'failed', reason: code };
    const settled = await settlePayout(ctx, payout, result);
    // What was paid stays drawn, whatever is told of it later.
    if (settled && verdict === 'failed' && settled.status !== 'paid')
      await ctx.balances.of(settled.hostId).refuse(key);
    return;
  }
  const result: EffectResult | null =
    verdict === 'done'
      ? { kind: 'done', reference }
      : verdict === 'failed'
        ? { kind: 'refused', code }
        : verdict === 'missing'
          ? { kind: 'missing' }
          : null;
  const [paymentId = ''] = key.split('-', 1);
  if (result === null || !paymentId.startsWith('pay_')) {
    ctx.log.warn('provider.result_open', { provider: 'mpesa', reason: verdict });
    return;
  }
  await ctx.books.of(propertyIdOf(paymentId)).settleEffect(callOf(ctx), { paymentId, key, result });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
