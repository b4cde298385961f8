import { findByRing } from './find-by-ring.ts';
import { findBySlice } from './find-by-slice.ts';
import { findByTotal } from './find-by-total.ts';
import { type Ask, findComplete, walk } from './find-rows.ts';
import { judgeRows } from './judge-rows.ts';
import { type FoundPage, type Input, lastPlace, pageOf, placeOf, rarityOf, spare } from './page-of.ts';
import { choosePlan, MAX_EXAMINED, type Plan } from './plan.ts';
import { isByTotal } from './read-query.ts';

export async function findPage(ask: Ask, input: Input): Promise<FoundPage> {
  const { asked } = ask;
  const plan = await choosePlan(ask.db, asked, ask.limits);
  const [kind] = input.position ?? [];
  if (isByTotal(asked)) return findByTotal(ask, plan, input);
  if (kind === 'w') return findByWalk(ask, { ...plan, name: 'walk' }, input);
  if (kind === 's' || plan.name === 'slice') return findBySlice(ask, plan, input);
  if (asked.sort === 'distance' && plan.name === 'walk') return findByRing(ask, plan, input);
  return plan.name === 'walk' ? findByWalk(ask, plan, input) : findInOrder(ask, plan, input);
}

async function findInOrder(ask: Ask, plan: Plan, { limit, position }: Input): Promise<FoundPage> {
  const size = ask.asked.stay ? spare(limit) : limit + 1;
  const rows = await findComplete(ask, plan, { after: placeOf(position), limit: size });
  return pageOf(ask, plan, rows, limit, rows.length === size);
}

/** What fits is guessed from the share of all places that the query names, and seen from what the first trip met. */
async function findByWalk(ask: Ask, plan: Plan, { limit, position }: Input): Promise<FoundPage> {
  const wanted = limit + 1;
  const first = clamp(Math.ceil((wanted / plan.share) * rarityOf(ask.asked)) + limit, MAX_EXAMINED);
  const rows = await walk(ask, { after: placeOf(position), limit: first });
  const isAll = rows.length < first;
  const fitting = judgeRows(ask, rows).length;
  const left = MAX_EXAMINED - first;
  // An estimate was a trip already.
  if (isAll || fitting >= wanted || plan.estimate !== null || left <= 0)
    return pageOf(ask, plan, rows, limit, !isAll);
  const second = clamp(Math.ceil(((wanted - fitting) * first * 1.5) / Math.max(1, fitting)), left);
  const more = await walk(ask, { after: lastPlace(rows) ?? null, limit: second });
  return pageOf(ask, plan, [...rows, ...more], limit, more.length === second);
}

const clamp = (count: number, most: number) => Math.min(Math.max(1, count), most);
