import type Stripe from 'stripe';
import type { OpenedPayoutAccount, PayoutAccountOrder } from '../ports.ts';
import { toFailure } from './outcomes.ts';

/** A connected account, of which Stripe asks the host what it has to know, on pages of its own. */
export async function openPayoutAccount(
  stripe: Stripe,
  { hostId, email, country, known, returnUrl }: PayoutAccountOrder,
): Promise<OpenedPayoutAccount> {
  if (country === null) return { ok: false, why: 'refused', code: 'country_required' };
  try {
    const account = known ?? (await createAccount(stripe, hostId, email, country));
    const { url } = await stripe.accountLinks.create({
      account,
      type: 'account_onboarding',
      refresh_url: returnUrl,
      return_url: returnUrl,
    });
    return { ok: true, destination: account, onboardingUrl: url };
  } catch (error) {
    const { kind, code } = toFailure(error);
    return { ok: false, why: kind, code };
  }
}

async function createAccount(
  stripe: Stripe,
  hostId: string,
  email: string | null,
  country: string,
): Promise<string> {
  const { id } = await stripe.accounts.create(
    {
      type: 'express',
      country,
      ...(email === null ? {} : { email }),
      capabilities: { transfers: { requested: true } },
      metadata: { hostId },
    },
    { idempotencyKey: `${hostId}-account-${country}` },
  );
  return id;
}
