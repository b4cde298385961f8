import type { Currency } from '../../kernel/money.ts';
import type { ProviderName, Sendable } from '../ports.ts';

/**
 * Between what the books of a host's properties settle with them and what is sent: what one property's booking
 * owes, another's pays. Everything is done once for its key.
 */
export type Drawing = {
  readonly key: string;
  /** That of the attempt before. */
  readonly instead: string | null;
  /** What is settled, below zero where the host owes it. */
  readonly amount: number;
  readonly currency: Currency;
  /** Where it is sent; null for what is owed, and for what can be sent nowhere yet. */
  readonly to: Destination | null;
};
export type Destination = Sendable & { readonly provider: ProviderName; readonly destination: string };

/** What it came to when it was drawn, and the key under which it is sent. */
export type Drawn = {
  readonly state: 'new' | 'known' | 'undone';
  readonly key: string;
  readonly amount: number;
  readonly sent: number;
  readonly provider: ProviderName | null;
  readonly destination: string | null;
  /** Whether there is still something that can be sent. */
  readonly left: boolean;
};

export type HostBalanceStub = {
  draw(drawing: Drawing): Promise<Drawn | null>;
  refuse(key: string): Promise<void>;
};
export type HostBalances = { of(hostId: string): HostBalanceStub };

/** What can be sent of what there is. */
export function sendableOf(balance: number, to: Sendable | null): number {
  if (to === null || balance < to.least) return 0;
  return Math.min(to.most, Math.floor(balance / to.unit) * to.unit);
}
