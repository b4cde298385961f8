import { findAccount } from '../../accounts/index.ts';
import type { Context } from '../../context.ts';
import { z } from '../../kernel/zod.ts';
import type { Mail } from '../../platform/mail.ts';

export const PayoutMail = z.object({
  id: z.string(),
  kind: z.literal('payout_stuck'),
  hostId: z.string(),
  reason: z.string(),
});

/** Null when there is nobody to write to any more. */
export async function composePayoutMail(
  ctx: Context,
  { hostId, reason }: z.infer<typeof PayoutMail>,
): Promise<Mail | null> {
  const host = await findAccount(ctx.db, hostId);
  if (!host?.email) return null;
  const text = [`Hello ${host.name},`, ...(WORDS[reason] ?? REFUSED)].join('\n\n');
  return { to: host.email, subject: 'Your payout has to wait', text };
}

const REFUSED = [
  'What you earned could not be sent: the payment provider did not take it.',
  'Please look at your payout account, and set it anew if anything in it has changed. We try again every day.',
];
const WORDS: Readonly<Record<string, readonly string[]>> = {
  no_account: [
    'You have earned money, and we do not know yet where it should go.',
    'Set your payout account, and it is on its way within minutes.',
  ],
  currency_not_payable: [
    'You have earned money in a currency that can’t be sent to your payout account.',
    'Set another payout account, and it is on its way within minutes.',
  ],
};
