import type { Context } from '../context.ts';
import { publicKeys } from '../platform/access-token.ts';

/** Every key that may have signed a living token: for a while after a rotation that is two. */
export async function getJwks(ctx: Context) {
  return { keys: publicKeys(ctx.settings) };
}
