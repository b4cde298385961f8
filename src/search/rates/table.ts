import type { Context } from '../../context.ts';
import { MINUTE } from '../../kernel/clock.ts';
import { inTime, KV_PATIENCE_MS } from '../../platform/in-time.ts';
import { type Exchange, FIXED } from '../exchange.ts';
import { type Asked, isByTotal } from '../read-query.ts';

/**
 * The table in force lies in KV, as a copy of what the source said, with a minute in the isolate's memory before it.
 * A search goes on without it: by what it remembers, or by the fixed table.
 */
export type Table = {
  /** The day of the source that it is of; empty before the first one. */
  readonly date: string;
  readonly rates: Exchange;
  /** When it was told; which table it is. */
  readonly since: number;
  readonly triedAt: number;
  /** What that day told and nobody believed. */
  readonly doubted: Exchange;
  /** Whether the index is being put in its order. */
  readonly isKeyed: boolean;
};

export const KEY = 'rates/1';
// The least that KV takes.
const EDGE_TTL_SECONDS = 30;
const NONE: Table = { date: '', rates: {}, since: 0, triedAt: 0, doubted: {}, isKeyed: true };

let memory: { readonly exchange: Exchange; readonly at: number } | null = null;

export async function readTable({ kv }: Pick<Context, 'kv'>): Promise<Table> {
  return (await kv.get<Table>(KEY, { type: 'json', cacheTtl: EDGE_TTL_SECONDS })) ?? NONE;
}

export const keepTable = ({ kv }: Pick<Context, 'kv'>, table: Table): Promise<void> =>
  kv.put(KEY, JSON.stringify(table));

export const exchangeOf = ({ rates }: Table): Exchange => ({ ...FIXED, ...rates });

export async function readExchange(ctx: Pick<Context, 'kv' | 'clock' | 'log'>): Promise<Exchange> {
  const now = ctx.clock.now();
  if (memory && now >= memory.at && now - memory.at < MINUTE) return memory.exchange;
  const exchange = await inTime(readTable(ctx), KV_PATIENCE_MS).then(exchangeOf, (cause) => {
    ctx.log.warn('rates.not_read', { cause });
    return memory?.exchange ?? FIXED;
  });
  memory = { exchange, at: now };
  return exchange;
}

/** What compares no currencies needs no table. */
export function exchangeFor(ctx: Context, asked: Asked) {
  const { currency, priceMin, priceMax } = asked;
  const isConverted = currency !== null && (priceMin !== null || priceMax !== null);
  return isConverted || isByTotal(asked) ? readExchange(ctx) : FIXED;
}
