import type { PaymentEvent } from '../book/index.ts';
import type { Context } from '../context.ts';
import { Fault } from '../kernel/errors.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import { callOf } from '../properties/index.ts';
import { providerOf } from './providers.ts';

type Look = { readonly paymentId: string; readonly reference: string };

/** Asks a provider that has said nothing. While it does not know, it is asked again, and in the end by people. */
export async function lookAtPayment(ctx: Context, { look }: { look: Look }): Promise<void> {
  const { paymentId, reference } = look;
  const book = ctx.books.of(propertyIdOf(paymentId));
  const known = await book.readPayment(callOf(ctx), paymentId);
  if (!known.ok || known.value.told.captured > 0 || known.value.told.failed) return;

  const found = await providerOf(ctx, known.value.provider).look({ id: paymentId, reference });
  if (found?.status === 'waiting')
    throw new Fault(known.value.provider, new Error('the payer has not answered'));
  const kind = found?.status === 'captured' ? 'captured' : 'failed';
  const event: PaymentEvent = {
    ...{ source: known.value.provider, eventId: `look:${reference}:${kind}`, at: ctx.clock.now(), kind },
    ...{ paymentId, reference, amount: null, currency: known.value.currency, receipt: null },
  };
  await book.applyPaymentEvents(callOf(ctx), [event]);
}
