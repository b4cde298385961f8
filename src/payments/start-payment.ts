import { requireStanding, requireUser } from '../accounts/index.ts';
import type { Payment } from '../book/index.ts';
import type { Context } from '../context.ts';
import { sha256 } from '../kernel/crypto.ts';
import { Fault } from '../kernel/errors.ts';
import { newIdWithin, propertyIdOf } from '../kernel/ids.ts';
import { askPayment } from './ask-payment.ts';
import { callbackTokenOf } from './callback-token.ts';
import { NotPayable, PhoneRequired, ProviderRefused } from './errors.ts';
import { toMpesaPhone } from './mpesa/index.ts';
import type { ProviderName } from './ports.ts';
import { TAKES } from './providers.ts';

type Input = { bookingId: string; provider: ProviderName; phone: string | null };
export type BegunPayment = {
  readonly payment: Payment;
  readonly forGuest: Readonly<Record<string, string>>;
};

/** A phone that was asked once is not asked again for the same payment. */
function begunBefore(payment: Payment): BegunPayment {
  const [checkoutRequestId] = payment.reference?.split(' ') ?? [];
  if (checkoutRequestId === undefined)
    throw new Fault('mpesa', new Error('nobody knows whether the phone was asked'));
  return { payment, forGuest: { checkoutRequestId } };
}

/**
 * Writes down that the guest pays before the provider hears of it, so that whatever comes back finds its place.
 * Asked again, it is the same payment, here and there.
 */
export async function startPayment(
  ctx: Context,
  { bookingId, provider, phone }: Input,
): Promise<BegunPayment> {
  requireUser(ctx, 'payments:write');
  await requireStanding(ctx);

  const taker = ctx.providers[provider];
  if (taker === null) throw NotPayable();
  const payer = provider === 'mpesa' ? toMpesaPhone(phone ?? '') : null;
  if (provider === 'mpesa' && payer === null) throw PhoneRequired();
  const paymentId = newIdWithin('pay', propertyIdOf(bookingId), ctx.clock.now());
  const tokenHash = provider === 'mpesa' ? sha256(callbackTokenOf(ctx.keyring, paymentId)) : null;
  const start = { bookingId, paymentId, provider, phone: payer, tokenHash, takes: TAKES[provider] };
  const { value: payment } = await askPayment(ctx, bookingId, (book, call) => book.startPayment(call, start));

  if (provider === 'mpesa' && payment.id !== paymentId) return begunBefore(payment);
  const callbackToken = provider === 'mpesa' ? callbackTokenOf(ctx.keyring, payment.id) : null;
  const { id, amount, currency } = payment;
  const order = { id, bookingId, amount, currency, phone: payer, callbackToken };
  const started = await taker.start(order);
  if (!started.ok) {
    ctx.log.warn('payment.not_started', { paymentId: id, provider, why: started.why, reason: started.code });
    if (started.why === 'refused') throw ProviderRefused();
    throw new Fault(provider, new Error(started.code));
  }
  const { reference, forGuest } = started;
  const attached = await askPayment(ctx, id, (book, call) =>
    book.attachPayment(call, { paymentId: id, reference }),
  );
  return { payment: attached.value, forGuest };
}
