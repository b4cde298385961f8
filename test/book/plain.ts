import type { Call, ToldFacts } from '../../src/book/index.ts';
import type { Rates } from '../../src/pricing/index.ts';

/** What every test of a book says of its property, whether it runs here or in the runtime. */
export const NOW = Date.UTC(2027, 0, 15, 12);
export const HOST = 'usr_host';
export const RATES: Rates = { currency: 'KES', nightly: 10_000 };

export const factsOf = (propertyId: string, more: Partial<ToldFacts> = {}): ToldFacts => ({
  propertyId,
  hostId: HOST,
  timeZone: 'Africa/Nairobi',
  capacity: 4,
  petsAllowed: false,
  contentVersion: 1,
  ...more,
});

export const callBy = (accountId: string | null, now = NOW): Call => ({
  now,
  requestId: 'test-request',
  actorKind: accountId === null ? 'anonymous' : 'session',
  accountId,
});
export const system = (now = NOW): Call => ({ ...callBy('test', now), actorKind: 'system' });
