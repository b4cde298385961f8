import type Stripe from 'stripe';
import { z } from 'zod';
import { newStripeId, type Objects } from './objects.ts';
import { currency, flag, metadata } from './params.ts';
import { route } from './route.ts';

const LINK_SECONDS = 300;

const capability = z.strictObject({ requested: flag });
const Create = z.strictObject({
  type: z.enum(['custom', 'express', 'standard']).default('standard'),
  country: z.string().length(2).default('US'),
  email: z.email().optional(),
  business_type: z.enum(['company', 'government_entity', 'individual', 'non_profit']).optional(),
  capabilities: z
    .strictObject({ transfers: capability.optional(), card_payments: capability.optional() })
    .default({}),
  default_currency: currency.default('usd'),
  metadata: metadata.default({}),
});
const Link = z.strictObject({
  account: z.string(),
  type: z.enum(['account_onboarding', 'account_update']),
  refresh_url: z.url(),
  return_url: z.url(),
});

/** Nobody has to be onboarded here: what an account asks for, it has. */
export function accounts(objects: Objects) {
  return [
    route('POST', '/v1/accounts', Create, (params) =>
      objects.insert('account', newAccount(params, objects.seconds())),
    ),
    route('GET', '/v1/accounts/:id', z.strictObject({}), (_, [id]) => objects.get('account', id, 'account')),
    route('POST', '/v1/account_links', Link, ({ account, return_url }): Stripe.AccountLink => {
      objects.named('account', account);
      const created = objects.seconds();
      return { object: 'account_link', created, expires_at: created + LINK_SECONDS, url: return_url };
    }),
  ];
}

function newAccount(params: z.infer<typeof Create>, created: number): Stripe.Account {
  const { transfers, card_payments } = params.capabilities;
  return {
    id: newStripeId('acct'),
    object: 'account',
    business_type: params.business_type ?? null,
    capabilities: {
      ...(transfers?.requested ? { transfers: 'active' as const } : {}),
      ...(card_payments?.requested ? { card_payments: 'active' as const } : {}),
    },
    charges_enabled: card_payments?.requested ?? false,
    country: params.country.toUpperCase(),
    created,
    default_currency: params.default_currency,
    details_submitted: true,
    email: params.email ?? null,
    metadata: params.metadata,
    payouts_enabled: true,
    type: params.type,
  };
}
