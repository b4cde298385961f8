import type { Effect, EffectOutcome, PaymentProvider, ProviderPayment, ProviderRecord } from '../ports.ts';
import { createDarajaClient } from './client.ts';
import { CURRENCY, type MpesaNeeds } from './needs.ts';
import { createPayouts } from './payouts.ts';
import { toMpesaPhone } from './phone.ts';
import { createPushes } from './pushes.ts';
import { SENDABLE, toShillings } from './shillings.ts';

/**
 * M-Pesa through Daraja. The payer pays before anything else happens, so there is nothing to capture or void.
 *
 * A refund is a payment to the payer's phone, never a reversal: a payment carries our key, so it can be asked
 * again without moving money twice, and works in parts and at any age; a reversal has no key and needs the
 * receipt. Daraja can take back no payment to a phone, so a transfer to a host stays.
 */
export function createMpesa(needs: MpesaNeeds): PaymentProvider {
  const client = createDarajaClient(needs.settings, needs.outbound, needs.clock);
  const pushes = createPushes(needs, client);
  const payouts = createPayouts(needs, client);

  return {
    name: 'mpesa',
    accepts: ({ amount, currency }) => currency === CURRENCY && toShillings(amount) !== null,
    sendable: (currency) => (currency === CURRENCY ? SENDABLE : null),
    /** A phone is an account. */
    openPayoutAccount: async ({ phone }) => {
      const destination = phone === null ? null : toMpesaPhone(phone);
      if (destination === null) return { ok: false, why: 'refused', code: 'phone_not_payable' };
      return { ok: true, destination, onboardingUrl: null };
    },
    start: pushes.start,
    look: pushes.look,
    perform: async (effect) => settledWithoutAsking(effect) ?? payouts.pay(effect),
    find: async (effect) => settledWithoutAsking(effect) ?? payouts.ask(effect),
    /** Daraja has no list: every payment is asked about by itself, and what became of a refund is only called. */
    keeps: ['payment'],
    async *list() {},
    async trace(traced) {
      const found = traced.kind === 'payment' ? await pushes.look(traced) : null;
      return found ? [toRecord(found)] : [];
    },
  };
}

const toRecord = ({ reference, paymentId, status, currency }: ProviderPayment): ProviderRecord => ({
  ...{ kind: 'payment', reference, paymentReference: reference, paymentId, effectId: null },
  ...{ amount: null, captured: null, currency, status, at: 0 },
});

function settledWithoutAsking({ kind, id, reference }: Effect): EffectOutcome | null {
  switch (kind) {
    case 'capture':
      return { kind: 'done', reference: reference ?? id };
    case 'void':
      return { kind: 'refused', code: 'nothing_to_void' };
    case 'reversal':
      return { kind: 'refused', code: 'not_reversible' };
    case 'refund':
    case 'transfer':
      return null;
  }
}
