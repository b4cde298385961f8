import type { Context } from '../context.ts';

type Input = { readonly token: string; readonly body: Uint8Array };

/** Whatever it was, it is answered at once: to whom it may matter is found out from the queue. */
export async function receiveMpesaCallback(ctx: Context, { token, body }: Input): Promise<void> {
  await ctx.providerEvents.send({ kind: 'mpesa', token, text: new TextDecoder().decode(body) });
}
