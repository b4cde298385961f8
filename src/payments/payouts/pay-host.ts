import { eq } from 'drizzle-orm';
import type { Payout, PayoutResult } from '../../book/index.ts';
import type { Context } from '../../context.ts';
import { Fault } from '../../kernel/errors.ts';
import type { Effect, EffectOutcome } from '../ports.ts';
import { providerOf } from '../providers.ts';
import { payoutAccount } from '../tables.ts';
import type { Destination, Drawn } from './host-balance.ts';
import { nameOf } from './payout-name.ts';
import { settlePayout } from './settle-payout.ts';

/**
 * What a book wants sent to its host, or withheld from what they are sent next. The host's balance says how much
 * it comes to and where to; from then on every attempt asks the provider for the same, under the same key.
 */
export async function payHost(ctx: Context, { pay_host: payout }: { pay_host: Payout }): Promise<void> {
  const { hostId, amount, currency, attempt } = payout;
  const place = amount < 0 ? 'owed' : await placeOf(ctx, payout);
  const instead = attempt === 0 ? null : nameOf({ ...payout, attempt: attempt - 1 });
  const to = typeof place === 'string' ? null : place;
  // What was drawn before may have been sent, whatever the host has changed since.
  const drawn = await ctx.balances.of(hostId).draw({ key: nameOf(payout), instead, amount, currency, to });
  const result: PayoutResult =
    drawn === null ? { kind: 'waiting', reason: String(place) } : await send(ctx, payout, drawn);
  if (drawn && result.kind === 'failed') await ctx.balances.of(hostId).refuse(drawn.key);
  await settlePayout(ctx, payout, result);
}

/** Or why nothing can be sent there yet. */
async function placeOf(
  ctx: Context,
  { hostId, currency }: Payout,
): Promise<Destination | 'no_account' | 'currency_not_payable'> {
  const [account] = await ctx.db.select().from(payoutAccount).where(eq(payoutAccount.hostId, hostId));
  if (!account) return 'no_account';
  const { provider, destination } = account;
  const sendable = ctx.providers[provider]?.sendable(currency) ?? null;
  return sendable === null ? 'currency_not_payable' : { ...sendable, provider, destination };
}

/** What may have been sent is looked for first; who tells only by events may be asked twice for the same key. */
async function send(
  ctx: Context,
  { bookingId, id: payoutId, currency }: Payout,
  { state, key: id, destination, ...known }: Drawn,
): Promise<PayoutResult> {
  if (state === 'undone') return { kind: 'failed', reason: 'undone' };
  if (known.provider === null) return { kind: 'paid', ...known, provider: null, reference: null };

  const effect: Effect = {
    ...{ id, kind: 'transfer', paymentId: payoutId, bookingId, reference: null },
    ...{ amount: known.sent, currency, destination },
  };
  const provider = providerOf(ctx, known.provider);
  const found = state === 'known' ? await provider.find(effect) : null;
  if (found !== null && found.kind !== 'pending') return toResult(found, known);
  const outcome = await provider.perform(effect);
  // What refuses the repetition does not say that the first was not taken on.
  const isOpen = found !== null && outcome.kind === 'refused';
  return toResult(isOpen ? { kind: 'unknown', code: outcome.code } : outcome, known);
}

type Known = Omit<Drawn, 'state' | 'key' | 'destination'>;

function toResult(outcome: EffectOutcome, known: Known): PayoutResult {
  switch (outcome.kind) {
    case 'done':
      return { kind: 'paid', ...known, reference: outcome.reference };
    case 'pending':
      return { kind: 'sent', ...known, reference: outcome.reference };
    case 'refused':
      return { kind: 'failed', reason: outcome.code };
    case 'unknown':
      throw new Fault(known.provider ?? 'provider', new Error('a payout has an unknown outcome'));
  }
}
