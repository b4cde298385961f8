import type { Sale } from '../book/index.ts';
import type { Position } from '../kernel/page.ts';
import { convert, type Exchange, toReference } from './exchange.ts';
import {
  comparePlaces,
  findComplete,
  findInRings,
  inOrder,
  isDown,
  type Place,
  type Row,
  readSlabs,
  walk,
} from './find-rows.ts';
import { judgeStay, type Offer, staysAround } from './judge-stay.ts';
import { choosePlan, type Limits, MAX_EXAMINED, type Plan } from './plan.ts';
import { chordOfKm, kmOfChord } from './point.ts';
import { type Asked, isByTotal } from './read-query.ts';
import { AFTER_ALL_IDS, DIMENSIONS, edgeBehind, placeBefore, slabsFrom, wholeSlab } from './slices.ts';

/**
 * One page of an answer, and where the next begins. A page is exact as far as it goes: what it shows is all that
 * there is up to its end, in order. It may be short, even empty, where much had to be examined for little; then
 * the next goes on.
 */
export type Found = {
  readonly id: string;
  readonly card: string;
  readonly chord: number | null;
  readonly offer: Offer | null;
};
export type FoundPage = {
  readonly found: readonly (Found & { readonly place: Place })[];
  readonly next: Position | null;
  readonly plan: Plan;
  readonly examined: number;
};
export type Ask = {
  readonly db: D1Database;
  readonly asked: Asked;
  readonly nowMs: number;
  readonly exchange: Exchange;
  readonly limits?: Limits;
};
type Input = { readonly limit: number; readonly position: Position | undefined };

/** A stretch of the order of prices within which stays are put in the order of their totals. */
const WINDOW = 800;
const MAX_BY_TOTAL = 3_000;
/** Of rows that fit as far as SQL can tell, a few are refused by the book's rules. */
const spare = (limit: number) => limit + Math.ceil(limit / 2) + 10;
const RING = 400;
/** Of a ring that may hold more than was thought, how much is looked at beside it. */
const THINNER = [1, 1 / 8, 1 / 64];

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
  const fitting = judged(ask, rows).length;
  const left = MAX_EXAMINED - first;
  // An estimate was a trip already.
  if (isAll || fitting >= wanted || plan.estimate !== null || left <= 0)
    return pageOf(ask, plan, rows, limit, !isAll);
  const second = clamp(Math.ceil(((wanted - fitting) * first * 1.5) / Math.max(1, fitting)), left);
  const more = await walk(ask, { after: lastPlace(rows) ?? null, limit: second });
  return pageOf(ask, plan, [...rows, ...more], limit, more.length === second);
}

/** Of how many places, at a guess, one fits what no estimate speaks of. */
function rarityOf({
  stay,
  types,
  amenities,
  policies,
  minRating,
  priceMin,
  priceMax,
  bedrooms,
}: Asked): number {
  const isChosen =
    types.length + amenities.length + policies.length + minRating + bedrooms > 0 ||
    priceMin !== null ||
    priceMax !== null;
  return (stay ? 3 : 1) * (isChosen ? 3 : 1);
}

const clamp = (count: number, most: number) => Math.min(Math.max(1, count), most);

type Start = { readonly from: number | null; readonly after: Place | null };

/**
 * The places of a region from a value of the order on, whole slices of them. `next` is the cursor behind them; where a
 * single value has more than may be looked at, they are walked from there.
 */
async function readSlices(ask: Ask, { crowd }: Plan, places: number, { from, after }: Start) {
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

async function findBySlice(ask: Ask, plan: Plan, { limit, position }: Input): Promise<FoundPage> {
  const isEdge = position?.[0] === 's';
  const after = isEdge ? null : placeOf(position);
  const dimension = DIMENSIONS[ask.asked.sort];
  // A key and its place in the tree may differ by a step of rounding.
  const around = isDown(ask.asked.sort) ? 1 : -1;
  const from = isEdge ? Number(position?.[1]) : after && dimension ? dimension.of(after[0]) + around : null;
  const places = Math.max(2 * (limit + 1) * rarityOf(ask.asked), plan.atLeast);
  const { rows, edge, walkFrom, examined } = await readSlices(ask, plan, places, { from, after });
  const found = judged(ask, rows);
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

/** Circle after circle, each of which adds about as many places as the one before; a thinner one where they lie closer. */
async function findByRing(ask: Ask, plan: Plan, { limit, position }: Input): Promise<FoundPage> {
  const circle = ask.asked.circle;
  if (!circle) throw new Error('Assertion failed: distance is from somewhere');
  const after = placeOf(position);
  const innerKm = after ? Math.max(0, kmOfChord(after[0]) - 0.001) : 0;
  const wanted = Math.min(RING, 5 * (limit + 1) * rarityOf(ask.asked));
  const square = circle.radiusKm ** 2;
  const ring = Math.min(square - innerKm ** 2, (wanted * square) / Math.max(1, plan.estimate ?? 1));
  const radii = THINNER.map((part) => Math.min(circle.radiusKm, Math.sqrt(innerKm ** 2 + part * ring)));
  const rings = await findInRings(ask, { after, limit: spare(limit) }, innerKm, radii);
  const at = rings.findIndex((rows) => rows !== null);
  const [rows, radiusKm] = [rings[at] ?? [], radii[at] ?? 0];
  const isCut = at === radii.length - 1 && rows.length === spare(limit);
  const page = pageOf(ask, plan, rows, limit, isCut);
  if (page.next !== null || radiusKm === circle.radiusKm) return page;
  return { ...page, next: ['k', chordOfKm(radiusKm), AFTER_ALL_IDS] };
}

function pageOf(ask: Ask, plan: Plan, rows: readonly Row[], limit: number, isMore: boolean): FoundPage {
  const found = judged(ask, rows);
  const shown = found.slice(0, limit);
  const end = found.length > limit ? shown.at(-1)?.place : isMore ? lastPlace(rows) : undefined;
  return { found: shown, next: end ? ['k', ...end] : null, plan, examined: rows.length };
}

/**
 * By the total of the stay, which only the pricing room knows: all that fit are priced where they are few. Where
 * they are many, the order of prices of a plain night is cut into windows, and each is in order of its totals.
 */
async function findByTotal(ask: Ask, chosen: Plan, { limit, position }: Input): Promise<FoundPage> {
  const kind = position?.[0] ?? { slice: 'x', walk: 'w' }[chosen.name as string] ?? 't';
  const way = isDown(ask.asked.sort) ? -1 : 1;
  const read = { t: readWhole, w: readWindow, x: readSliceWindow }[kind as 't' | 'w' | 'x'];
  const { rows, name, after, toNext, toRest } = await read(ask, chosen, position?.slice(1) ?? []);
  const found = judged(ask, rows)
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
  const limit = until ? MAX_EXAMINED : WINDOW;
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

const toPlace = (k: Position[number] | undefined, id: Position[number] | undefined): Place | null =>
  k === undefined || id === undefined || id === '' ? null : [Number(k), String(id)];

const referenceOf = (exchange: Exchange, offer: Offer | null): number =>
  offer === null ? 0 : toReference(exchange, offer.total, offer.currency);

const placeOf = ([, k, id]: Position = []): Place | null => toPlace(k, id);
const lastPlace = (rows: readonly Row[]): Place | undefined => {
  const last = rows.at(-1);
  return last && [last.k, last.id];
};

/** Those that fit by the book's own rules too. */
export function judged({ asked, nowMs, exchange }: Ask, rows: readonly Row[]): (Found & { place: Place })[] {
  const stays = asked.stay && staysAround(asked.stay, asked.flexDays);
  return rows.flatMap(({ id, k, card, sale, chord }): (Found & { place: Place })[] => {
    if (card === null) return [];
    const place: Place = [k, id];
    if (stays === null) return [{ id, card, chord, offer: null, place }];
    const offer = sale === null ? null : judgeStay(JSON.parse(sale) as Sale, stays, asked, nowMs);
    return offer && isAffordable(exchange, offer, asked) ? [{ id, card, chord, offer, place }] : [];
  });
}

function isAffordable(
  exchange: Exchange,
  { total, currency }: Offer,
  { priceMin, priceMax, currency: asked }: Asked,
): boolean {
  const amount = asked === null ? total : convert(exchange, total, currency, asked);
  return (priceMin === null || amount >= priceMin) && (priceMax === null || amount <= priceMax);
}
