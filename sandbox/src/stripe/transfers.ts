import type Stripe from 'stripe';
import { z } from 'zod';
import type { Store } from '../store.ts';
import { availableIn } from './balance.ts';
import { refused } from './errors.ts';
import type { Emit } from './events.ts';
import { newStripeId, type Objects } from './objects.ts';
import { currency, listing, metadata, positive } from './params.ts';
import { route } from './route.ts';

const Create = z.strictObject({
  amount: positive,
  currency,
  destination: z.string(),
  description: z.string().optional(),
  metadata: metadata.default({}),
  source_transaction: z.string().optional(),
  transfer_group: z.string().optional(),
});
const List = z.strictObject({
  ...listing,
  destination: z.string().optional(),
  transfer_group: z.string().optional(),
});
const Reverse = z.strictObject({ amount: positive.optional(), metadata: metadata.default({}) });

export function transfers(store: Store, objects: Objects, emit: Emit) {
  const pageOfReversals = (id: string, params: Parameters<Objects['page']>[2] = {}) =>
    objects.page('transfer_reversal', `/v1/transfers/${id}/reversals`, params, { transfer: id });

  return [
    route('POST', '/v1/transfers', Create, (params) => {
      const account = objects.find('account', params.destination);
      if (!account) {
        throw refused(`No such destination: '${params.destination}'`, {
          code: 'resource_missing',
          param: 'destination',
        });
      }
      if (account.capabilities?.transfers !== 'active') {
        throw refused(
          'Your destination account needs to have at least one of the following capabilities enabled: transfers, crypto_transfers, legacy_payments',
          { code: 'insufficient_capabilities_for_transfer' },
        );
      }
      if (params.source_transaction !== undefined)
        objects.named('charge', params.source_transaction, 'source_transaction');
      if (params.amount > availableIn(store, params.currency)) {
        throw refused('You have insufficient available funds in your Stripe account.', {
          code: 'balance_insufficient',
        });
      }

      const transfer = objects.insert('transfer', newTransfer(params, objects.seconds()));
      emit('transfer.created', transfer);
      return transfer;
    }),

    route('GET', '/v1/transfers', List, ({ destination, transfer_group, ...params }) =>
      objects.page('transfer', '/v1/transfers', params, { destination, transfer_group }),
    ),

    route('GET', '/v1/transfers/:id', z.strictObject({}), (_, [id]) =>
      objects.get('transfer', id, 'transfer'),
    ),

    route('POST', '/v1/transfers/:id/reversals', Reverse, (params, [id]) => {
      const transfer = objects.get('transfer', id, 'transfer');
      const left = transfer.amount - transfer.amount_reversed;
      if (left === 0) {
        throw refused(`Transfer ${id} is already fully reversed.`, { code: 'transfer_already_reversed' });
      }
      const amount = params.amount ?? left;
      if (amount > left) {
        throw refused(`Reversal amount (${amount}) is greater than unreversed amount on transfer (${left})`, {
          param: 'amount',
        });
      }

      const reversal = objects.insert(
        'transfer_reversal',
        newReversal(transfer, amount, params.metadata, objects.seconds()),
      );
      const reversed = transfer.amount_reversed + amount;
      const changed = objects.update('transfer', {
        ...transfer,
        amount_reversed: reversed,
        reversed: reversed === transfer.amount,
        reversals: pageOfReversals(id) as Stripe.Transfer['reversals'],
      });
      emit('transfer.reversed', changed, { amount_reversed: transfer.amount_reversed });
      return reversal;
    }),

    route('GET', '/v1/transfers/:id/reversals', z.strictObject(listing), (params, [id]) => {
      objects.get('transfer', id, 'transfer');
      return pageOfReversals(id, params);
    }),
  ];
}

function newTransfer(params: z.infer<typeof Create>, created: number): Stripe.Transfer {
  const id = newStripeId('tr');
  const none = { object: 'list' as const, url: `/v1/transfers/${id}/reversals`, has_more: false, data: [] };
  return {
    id,
    object: 'transfer',
    amount: params.amount,
    amount_reversed: 0,
    balance_transaction: null,
    created,
    currency: params.currency,
    description: params.description ?? null,
    destination: params.destination,
    livemode: false,
    metadata: params.metadata,
    reversals: none as unknown as Stripe.Transfer['reversals'],
    reversed: false,
    source_transaction: params.source_transaction ?? null,
    source_type: 'card',
    transfer_group: params.transfer_group ?? null,
  };
}

function newReversal(
  transfer: Stripe.Transfer,
  amount: number,
  metadata: Record<string, string>,
  created: number,
): Stripe.TransferReversal {
  return {
    id: newStripeId('trr'),
    object: 'transfer_reversal',
    amount,
    balance_transaction: null,
    created,
    currency: transfer.currency,
    destination_payment_refund: null,
    metadata,
    source_refund: null,
    transfer: transfer.id,
  };
}
