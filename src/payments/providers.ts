import type { Settings } from '../env.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Keyring } from '../kernel/crypto.ts';
import { Fault } from '../kernel/errors.ts';
import type { Outbound, Send } from '../platform/outbound.ts';
import { callbackTokenOf } from './callback-token.ts';
import { createMpesa, MPESA_TAKES } from './mpesa/index.ts';
import type { PaymentProvider, ProviderName } from './ports.ts';
import { createStripe } from './stripe/index.ts';

/** Null for one that this marketplace does not use. */
export type Providers = Readonly<Record<ProviderName, PaymentProvider | null>>;

type Needs = {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly outbound: Outbound;
  readonly send: Send;
};

export const createProviders = ({ settings, clock, keyring, outbound, send }: Needs): Providers => ({
  stripe: createStripe(settings.stripe, send),
  mpesa:
    settings.mpesa &&
    createMpesa({
      settings: settings.mpesa,
      origin: settings.origin,
      outbound,
      clock,
      callbackTokenOf: ({ id }) => callbackTokenOf(keyring, id),
    }),
});

/** For what was begun with it. */
export function providerOf(
  { providers }: { readonly providers: Providers },
  name: ProviderName,
): PaymentProvider {
  const provider = providers[name];
  if (provider === null) throw new Fault(name, new Error('is not set up any more'));
  return provider;
}

/** What a provider takes, where that is not everything. */
export const TAKES = { stripe: null, mpesa: MPESA_TAKES } as const;
