import type { Context } from '../context.ts';
import { SignatureInvalid } from './errors.ts';
import { readStripeEvent, type StripeReading } from './stripe/index.ts';

type Input = { readonly body: Uint8Array; readonly signature: string | null };
export type StripeMessage = Pick<
  Extract<StripeReading, { kind: 'event' }>,
  'kind' | 'event' | 'paymentReference'
>;

/** Kept in the queue before Stripe is told that it arrived. Nobody is asked anything here. */
export async function receiveStripeEvent(ctx: Context, { body, signature }: Input): Promise<void> {
  const { webhookSecrets } = ctx.settings.stripe;
  const read = await readStripeEvent(body, signature, webhookSecrets, ctx.clock.now());
  if (read.kind === 'refused') {
    ctx.log.warn('provider.event_refused', { provider: 'stripe', reason: read.why });
    throw SignatureInvalid();
  }
  if (read.kind === 'ignored') {
    ctx.log.info('provider.event_ignored', { provider: 'stripe', type: read.type });
    return;
  }
  await ctx.providerEvents.send(read satisfies StripeMessage);
}
