import type { Context } from '../context.ts';
import { rekeyPrices } from './rates/rekey-prices.ts';
import { reindex } from './reindex.ts';
import { lookForNew } from './saved/look-for-new.ts';

/** What this room does by the queue, by the message's kind. Each can be done twice. */
export const searchJobs: Readonly<Record<string, (ctx: Context, message: unknown) => Promise<void>>> = {
  reindex,
  rekey_prices: rekeyPrices,
  look_for_new: lookForNew,
};
