import type { Settings } from '../env.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Keyring } from '../kernel/crypto.ts';
import type { Outbound } from '../platform/outbound.ts';
import { callbackTokenOf } from './callback-token.ts';
import { createMpesa, MPESA_TAKES } from './mpesa/index.ts';
import type { PaymentProvider, ProviderName } from './ports.ts';
import { createStripe } from './stripe/index.ts';

export type Providers = Readonly<Record<ProviderName, PaymentProvider>>;

type Needs = {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly outbound: Outbound;
};

export const createProviders = ({ settings, clock, keyring, outbound }: Needs): Providers => ({
  stripe: createStripe({ settings: settings.stripe, outbound }),
  mpesa: createMpesa({
    settings: settings.mpesa,
    origin: settings.origin,
    outbound,
    clock,
    callbackTokenOf: ({ id }) => callbackTokenOf(keyring, id),
  }),
});

/** What a provider takes, where that is not everything. */
export const TAKES = { stripe: null, mpesa: MPESA_TAKES } as const;
