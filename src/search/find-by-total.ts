import type { Position } from '../kernel/page.ts';
import { type Exchange, toReference } from './exchange.ts';
import { readSlices } from './find-by-slice.ts';
import {
  type Ask,
  comparePlaces,
  findComplete,
  isDown,
  type Place,
  type Row,
  readSlabs,
  walk,
} from './find-rows.ts';
import { judgeRows } from './judge-rows.ts';
import type { Offer } from './judge-stay.ts';
import { type FoundPage, type Input, lastPlace, toPlace } from './page-of.ts';
import type { Plan } from './plan.ts';
import { wholeSlab } from './slices.ts';

/** A stretch of the order of prices within which stays are put in the order of their totals. */
const WINDOW = 800;
const MAX_BY_TOTAL = 3_000;
/**
 * By the total of the stay, which only the pricing room knows: all that fit are priced where they are few. Where
 * they are many, the order of prices of a plain night is cut into windows, and each is in order of its totals.
 */
export async function findByTotal(ask: Ask, chosen: Plan, { limit, position }: Input): Promise<FoundPage> {
  const kind = position?.[0] ?? { slice: 'x', walk: 'w' }[chosen.name as string] ?? 't';
  const way = isDown(ask.asked.sort) ? -1 : 1;
  const read = { t: readWhole, w: readWindow, x: readSliceWindow }[kind as 't' | 'w' | 'x'];
  const { rows, name, after, toNext, toRest } = await read(ask, chosen, position?.slice(1) ?? []);
  const found = judgeRows(ask, rows)
    .map((one) => ({ ...one, place: [referenceOf(ask.exchange, one.offer), one.id] as Place }))
    .sort((a, b) => way * comparePlaces(a.place, b.place))
    .filter(({ place }) => after === null || way * comparePlaces(place, after) > 0);
  const shown = found.slice(0, limit);
  const last = shown.at(-1)?.place;
  const next = found.length > limit && last ? [kind, ...toRest, ...last] : toNext;
  return { found: shown, next, plan: { ...chosen, name }, examined: rows.length };
}

/** What is put in order together: its rows, which of them were shown, and what the cursor to the rest or the next says. */
type Whole = {
  readonly rows: readonly Row[];
  readonly name: Plan['name'];
  readonly after: Place | null;
  readonly toRest: Position;
  readonly toNext: Position | null;
};

/**
 * What began as a whole goes on as one, however much there is by now. One that was too large to be known whole ends
 * where it was cut, and plain prices go on from there.
 */
async function readWhole(ask: Ask, plan: Plan, position: Position): Promise<Whole> {
  const name = plan.whole;
  const [total, id, endK, endId] = [...position.slice(-2), ...position.slice(0, -2)];
  const known = toPlace(endK, endId);
  const limit = MAX_BY_TOTAL + (known ? WINDOW : 0);
  const rows = await findComplete(ask, { ...plan, name }, { after: null, limit });
  const end = known ?? (position.length === 0 && rows.length === limit ? lastPlace(rows) : null) ?? null;
  const way = isDown(ask.asked.sort) ? -1 : 1;
  return {
    rows: end ? rows.filter(({ k, id: at }) => way * comparePlaces([k, at], end) <= 0) : rows,
    ...{ name, after: toPlace(total, id) },
    toRest: end ?? [],
    toNext: end && ['w', ...end],
  };
}

async function readWindow(
  ask: Ask,
  _: Plan,
  [startK, startId, endK, endId, total, id]: Position,
): Promise<Whole> {
  const start = toPlace(startK, startId);
  const until = toPlace(endK, endId);
  // As much as has come into it since it was begun.
  const limit = until ? MAX_BY_TOTAL : WINDOW;
  const rows = await walk(ask, { after: start, ...(until && { until }), limit });
  const end = until ?? lastPlace(rows) ?? null;
  const isMore = end !== null && (until !== null || rows.length === WINDOW);
  return {
    ...{ rows, name: 'walk', after: toPlace(total, id) },
    toRest: [...(start ?? [0, '']), ...(end ?? [0, ''])],
    toNext: isMore ? ['w', ...end] : null,
  };
}

async function readSliceWindow(ask: Ask, plan: Plan, [from, end, total, id]: Position): Promise<Whole> {
  const down = isDown(ask.asked.sort);
  const start = from === undefined || from === '' ? null : Number(from);
  const after = toPlace(total, id);
  if (end === undefined) {
    const read = await readSlices(ask, plan, WINDOW / 2, { from: start, after: null });
    const { rows, edge, walkFrom } = read;
    const toNext = walkFrom ? ['w', ...walkFrom] : edge === null ? null : ['x', edge];
    return { rows, name: 'slice', after, toRest: [start ?? '', edge ?? ''], toNext };
  }
  const [low, high] = down
    ? [end === '' ? null : Number(end) + 1, start]
    : [start, end === '' ? null : Number(end) - 1];
  const rows = await readSlabs(ask, [wholeSlab(low, high)], { after: null, limit: MAX_BY_TOTAL });
  return { rows, name: 'slice', after, toRest: [start ?? '', end], toNext: end === '' ? null : ['x', end] };
}

const referenceOf = (exchange: Exchange, offer: Offer | null): number =>
  offer === null ? 0 : toReference(exchange, offer.total, offer.currency);
