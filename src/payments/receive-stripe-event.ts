import { allowAnyone } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { SignatureInvalid } from './errors.ts';
import { readStripeEvent } from './stripe/index.ts';

type Input = { readonly body: Uint8Array; readonly signature: string | undefined };

/** Kept in the queue before Stripe is told that it arrived. Nobody is asked anything here. */
export async function receiveStripeEvent(ctx: Context, { body, signature = '' }: Input): Promise<void> {
  allowAnyone(ctx);

  const text = new TextDecoder().decode(body);
  const { webhookSecrets } = ctx.settings.stripe;
  const read = await readStripeEvent(text, signature, webhookSecrets, ctx.clock.now());
  if ('refusal' in read) {
    ctx.log.warn('provider.event_refused', { provider: 'stripe', reason: read.refusal });
    throw SignatureInvalid();
  }
  if ('ignored' in read) {
    ctx.log.info('provider.event_ignored', { provider: 'stripe', type: read.ignored });
    return;
  }
  await ctx.providerEvents.send({ kind: 'event', event: read });
}
