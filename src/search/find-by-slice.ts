import type { Position } from '../kernel/page.ts';
import { type Ask, inOrder, isDown, type Place, readSlabs } from './find-rows.ts';
import { judgeRows } from './judge-rows.ts';
import { type FoundPage, type Input, placeOf, rarityOf } from './page-of.ts';
import { MAX_EXAMINED, type Plan } from './plan.ts';
import { DIMENSIONS, edgeBehind, placeBefore, slabsFrom } from './slices.ts';

type Start = { readonly from: number | null; readonly after: Place | null };

/**
 * The places of a region from a value of the order on, whole slices of them, and the edge where the next one begins.
 * Where a single value has more than may be looked at, there is none, and they have to be walked.
 */
export async function readSlices(ask: Ask, { crowd }: Plan, places: number, { from, after }: Start) {
  const dimension = DIMENSIONS[ask.asked.sort];
  if (crowd === null || dimension === null)
    throw new Error('Assertion failed: a slice is cut where the tree has the order');
  const down = isDown(ask.asked.sort);
  const slabs = slabsFrom(crowd, down, from, places);
  const rows = await readSlabs(ask, slabs, { after, limit: MAX_EXAMINED });
  const whole = rows.length < MAX_EXAMINED ? slabs.length : (rows.at(-1)?.slab ?? 0);
  const last = slabs[whole - 1];
  const start = after ?? (from === null ? [] : placeBefore(dimension, from, down));
  return {
    rows: inOrder(
      rows.filter(({ slab }) => slab < whole),
      ask.asked.sort,
    ),
    edge: last ? edgeBehind(last, down) : null,
    walkFrom: last ? null : start,
    examined: rows.length,
  };
}

export async function findBySlice(ask: Ask, plan: Plan, { limit, position }: Input): Promise<FoundPage> {
  const isEdge = position?.[0] === 's';
  const after = isEdge ? null : placeOf(position);
  const dimension = DIMENSIONS[ask.asked.sort];
  // A key and its place in the tree may differ by a step of rounding.
  const around = isDown(ask.asked.sort) ? 1 : -1;
  const from = isEdge ? Number(position?.[1]) : after && dimension ? dimension.of(after[0]) + around : null;
  const places = Math.max(2 * (limit + 1) * rarityOf(ask.asked), plan.atLeast);
  const { rows, edge, walkFrom, examined } = await readSlices(ask, plan, places, { from, after });
  const found = judgeRows(ask, rows);
  const shown = found.slice(0, limit);
  const last = found.length > limit ? shown.at(-1) : undefined;
  const behind: Position | null = walkFrom ? ['w', ...walkFrom] : edge === null ? null : ['s', edge];
  return {
    found: shown,
    next: last ? ['k', ...last.place] : behind,
    plan: { ...plan, name: 'slice' },
    examined,
  };
}
