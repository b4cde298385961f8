import { forgetApiKey } from '../accounts/index.ts';
import { finishErasingBookings } from '../bookings/index.ts';
import type { Context } from '../context.ts';
import { finishErasingProperties } from '../properties/index.ts';
import { exportPrefix } from './rules.ts';

/** What lies outside D1: cached keys, pictures, entries in books, exported files. Safe to run again from the start. */
export async function finishErasure(
  ctx: Context,
  { accountId, apiKeyDigests }: { accountId: string; apiKeyDigests: readonly string[] },
): Promise<void> {
  for (const digest of apiKeyDigests) await forgetApiKey(ctx.kv, digest);
  await deleteExports(ctx, accountId);
  await finishErasingBookings(ctx, accountId);
  await finishErasingProperties(ctx, accountId);
}

async function deleteExports({ archive }: Context, accountId: string): Promise<void> {
  for (;;) {
    const page = await archive.list({ prefix: exportPrefix(accountId) });
    if (page.objects.length === 0) return;
    await archive.delete(page.objects.map(({ key }) => key));
  }
}
