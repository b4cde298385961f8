import { allowAnyone } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { sha256 } from '../kernel/crypto.ts';
import type { z } from '../kernel/zod.ts';
import { type PublicAnswer, publicText } from '../platform/public-cache.ts';
import { convert } from './exchange.ts';
import { type Ask, findComplete, type Row, readSlabs, walk } from './find-rows.ts';
import { judgeRows } from './judge-rows.ts';
import { kept } from './keep-page.ts';
import { choosePlan, MAX_EXAMINED, type Plan } from './plan.ts';
import { readExchange } from './rates/table.ts';
import { canonical, readQuery } from './read-query.ts';
import { type FacetQuery, Facets } from './schemas.ts';
import { edgeBehind, slabsFrom } from './slices.ts';

type Input = { readonly query: z.infer<typeof FacetQuery>; readonly fresh: boolean };

/** What is counted of each place that fits, in the place of its card. */
const COUNTED =
  'json_array(l.type, l.policy, l.instant, l.bedrooms, trim(l.amenities), l.nightly, l.currency)';
type Counted = [string, string, number, number, string, number, 'USD'];
const MODES = ['request', 'instant'];

/** How many there are of each kind among those that fit; of the first of them where they are too many. */
export async function searchFacets(ctx: Context, { query, fresh }: Input): Promise<PublicAnswer> {
  allowAnyone(ctx, 'properties:read');

  const asked = readQuery({ ...query, sort: 'recommended' });
  const key = `facets/1/${sha256(canonical(asked))}`;
  return kept(ctx, key, fresh, async () => {
    const exchange = await readExchange(ctx);
    const ask = { db: ctx.searchDb, asked, nowMs: ctx.clock.now(), exchange };
    return publicText(Facets, await countFacets(ask));
  });
}

export async function countFacets(ask: Ask): Promise<z.infer<typeof Facets>> {
  const { asked, exchange } = ask;
  const plan = await choosePlan(ask.db, asked, ask.limits);
  const { rows, isAll } = await findCounted(ask, plan);
  const fitting = judgeRows(ask, rows);
  const counted = fitting.map(({ card }) => JSON.parse(card) as Counted);
  const tally = (valuesOf: (row: Counted) => readonly string[]) => {
    const counts: Record<string, number> = {};
    for (const value of counted.flatMap(valuesOf)) counts[value] = (counts[value] ?? 0) + 1;
    return Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)));
  };
  const currency = asked.currency ?? 'USD';
  const prices = fitting
    .map(({ offer }, at) => {
      const [, , , , , nightly, own] = counted[at] as Counted;
      return offer
        ? convert(exchange, offer.total, offer.currency, currency)
        : convert(exchange, nightly, own, currency);
    })
    .sort((a, b) => a - b);
  const [min] = prices;
  return {
    total: counted.length,
    complete: isAll && rows.length < MAX_EXAMINED,
    types: tally(([type]) => [type]),
    amenities: tally(([, , , , amenities]) => amenities.split(' ').filter((key) => key !== '')),
    policies: tally(([, policy]) => [policy]),
    bookingModes: tally(([, , instant]) => [MODES[instant] ?? '']),
    bedrooms: tally(([, , , bedrooms]) => [String(bedrooms)]),
    price:
      min === undefined
        ? null
        : {
            currency,
            min,
            median: prices[Math.floor((prices.length - 1) / 2)] ?? min,
            max: prices.at(-1) ?? min,
          },
  };
}

/** All, or the best of them where they are many; slices end where so many were thought to lie. */
async function findCounted(ask: Ask, plan: Plan): Promise<{ rows: readonly Row[]; isAll: boolean }> {
  const stretch = { after: null, limit: MAX_EXAMINED };
  if (plan.name === 'walk') return { rows: await walk(ask, stretch, COUNTED), isAll: true };
  if (plan.name !== 'slice' || plan.crowd === null)
    return { rows: await findComplete(ask, plan, stretch, COUNTED), isAll: true };
  const slabs = slabsFrom(plan.crowd, true, null, 2 * MAX_EXAMINED);
  const last = slabs.at(-1);
  return {
    rows: await readSlabs(ask, slabs, stretch, COUNTED),
    isAll: last !== undefined && edgeBehind(last, true) === null,
  };
}
