import type { Context } from '../context.ts';

/** Many times what M-Pesa ever sends, and well within what a queue takes. */
const MAX_CALLBACK_BYTES = 16 * 1024;

type Input = { readonly token: string; readonly body: Uint8Array };

/** Whatever it was, it is answered at once: to whom it may matter is found out from the queue. */
export async function receiveMpesaCallback(ctx: Context, { token, body }: Input): Promise<void> {
  if (body.length > MAX_CALLBACK_BYTES) {
    ctx.log.warn('provider.event_refused', { provider: 'mpesa', reason: 'too_large' });
    return;
  }
  await ctx.providerEvents.send({ kind: 'mpesa', token, text: new TextDecoder().decode(body) });
}
