import type { MpesaSettings } from '../../env.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Outbound } from '../../platform/outbound.ts';
import type { Effect } from '../ports.ts';

export type MpesaNeeds = {
  readonly settings: MpesaSettings;
  /** Where Daraja reaches us. */
  readonly origin: string;
  readonly outbound: Outbound;
  readonly clock: Clock;
  /** The last part of the address at which the result of an effect is told. */
  callbackTokenOf(effect: Effect): string;
};

export const CURRENCY = 'KES';

export const addressOf = ({ origin }: MpesaNeeds, token: string): string =>
  `${origin}/v1/webhooks/mpesa/${token}`;
