import type { Context } from '../../context.ts';
import type { ProviderName } from '../ports.ts';
import type { OurTransfer } from './discrepancy.ts';

export type AskedTransfers = {
  readonly provider: ProviderName;
  /** All that were passed on in this time, and those of these keys whenever that was. */
  readonly range: { readonly from: number; readonly to: number } | null;
  readonly effectIds: readonly string[];
};
/** What we mean to have passed on to hosts; the room that pays out says it. */
export type ReadTransfers = (ctx: Context, asked: AskedTransfers) => Promise<readonly OurTransfer[]>;

/** Roost passes nothing on yet, so whatever a provider has passed on is unknown here. */
export const readTransfers: ReadTransfers = async () => [];
