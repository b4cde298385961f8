import { eq } from 'drizzle-orm';
import { findAccount, HostRequired, notice, requireRecentLogin } from '../../accounts/index.ts';
import type { Context } from '../../context.ts';
import { Fault } from '../../kernel/errors.ts';
import { newId } from '../../kernel/ids.ts';
import type { z } from '../../kernel/zod.ts';
import { commit } from '../../platform/commit.ts';
import { PayoutAccountRefused, PayoutDetailMissing, ReturnUrlForeign } from '../errors.ts';
import { providerOf } from '../providers.ts';
import type { PayoutAccountBody } from '../schemas.ts';
import { payoutAccount } from '../tables.ts';

/** Where the host's money goes from now on, what waited for that included. */
export async function setPayoutAccount(
  ctx: Context,
  { provider: name, returnUrl, ...details }: z.infer<typeof PayoutAccountBody>,
) {
  const { accountId: hostId, isHost } = requireRecentLogin(ctx);
  if (!isHost) throw HostRequired();

  const { country = null, phone = null } = details;
  const { origin, corsOrigins } = ctx.settings;
  if (returnUrl !== undefined && ![origin, ...corsOrigins].includes(new URL(returnUrl).origin))
    throw ReturnUrlForeign();
  if (name === 'stripe' ? country === null : phone === null) throw PayoutDetailMissing();

  const [before] = await ctx.db.select().from(payoutAccount).where(eq(payoutAccount.hostId, hostId));
  const isSame = before?.provider === name && before.country === country;
  const host = await findAccount(ctx.db, hostId);
  const opened = await providerOf(ctx, name).openPayoutAccount({
    ...{ hostId, country, phone, email: host?.email ?? null, returnUrl: returnUrl ?? origin },
    known: isSame && name === 'stripe' ? before.destination : null,
  });
  if (!opened.ok) {
    if (opened.why === 'unknown') throw new Fault(name, new Error(opened.code));
    throw PayoutAccountRefused({ extra: { reason: opened.code } });
  }

  const { destination, onboardingUrl } = opened;
  const now = ctx.clock.now();
  const row = { hostId, provider: name, destination, country, createdAt: now };
  const message = { id: newId('out', now), kind: 'retry_payouts', hostId };
  return commit(ctx, {
    writes: (db) => [
      db.insert(payoutAccount).values(row).onConflictDoUpdate({ target: payoutAccount.hostId, set: row }),
    ],
    audit: [{ action: 'payout_account.set', subject: hostId, data: { provider: name, isNew: !isSame } }],
    outbox: [
      { queue: 'jobs', message },
      ...(before && before.destination !== destination
        ? [notice(ctx, hostId, 'payout_account_changed')]
        : []),
    ],
    result: { ...row, onboardingUrl },
  });
}
