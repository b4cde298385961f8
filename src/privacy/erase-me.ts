import { eq } from 'drizzle-orm';
import { eraseAccount, openAccountBusiness, requireRecentLogin } from '../accounts/index.ts';
import { openBookingBusiness } from '../bookings/index.ts';
import type { Context } from '../context.ts';
import { newId } from '../kernel/ids.ts';
import { erasePayments, openPaymentBusiness } from '../payments/index.ts';
import { commit } from '../platform/commit.ts';
import { eraseProperties, openPropertyBusiness } from '../properties/index.ts';
import { eraseSavedSearches } from '../search/index.ts';
import { OpenBusiness } from './errors.ts';
import { dataExport } from './tables.ts';

const ACCEPTED = { accepted: true } as const;

/** D1 forgets in this commit; caches and files follow by a job, which is why the answer is 202. */
export async function eraseMe(ctx: Context): Promise<typeof ACCEPTED> {
  const actor = requireRecentLogin(ctx);

  const { open: openHere, apiKeyDigests } = await openAccountBusiness(ctx, actor);
  const open = [
    ...openHere,
    ...(await openPropertyBusiness(ctx, actor.accountId)),
    ...(await openBookingBusiness(ctx, actor.accountId)),
    ...(await openPaymentBusiness(ctx, actor.accountId)),
  ];
  if (open.length > 0) throw OpenBusiness({ extra: { open } });

  const now = ctx.clock.now();
  const { accountId } = actor;
  const message = { id: newId('out', now), kind: 'finish_erasure', accountId, apiKeyDigests };
  return commit(ctx, {
    writes: (db) => [
      ...eraseProperties(db, accountId, now),
      ...erasePayments(db, accountId),
      ...eraseSavedSearches(db, accountId),
      ...eraseAccount(db, accountId, now),
      db.delete(dataExport).where(eq(dataExport.accountId, accountId)),
    ],
    audit: [{ action: 'account.erased', subject: accountId }],
    outbox: [{ queue: 'jobs', message }],
    result: ACCEPTED,
  });
}
