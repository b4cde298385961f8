import { Slot } from './draft.ts';

/**
 * What no schema says of a value, done to one that a schema allows: pairs in their order, nothing twice, no
 * third decimal. Only the contract's words ask for it, so a request that lacks it is refused in words.
 */
type Fields = Record<string, unknown>;

const DAY_MS = 86_400_000;
const LONG_MS = { checkIn: 10 * DAY_MS, from: 60 * DAY_MS };
const SHORTER_DAYS = { checkIn: 6, from: 30 };
const LISTS_OF_DAYS = ['checkInDays', 'checkOutDays', 'nights'];

export function orderly(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(orderly);
  if (!isFields(value)) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([name, member]) => [name, orderly(member)]));
  return [inPairs, exact, once, apart, sought].reduce((fields, mend) => mend(fields), inner);
}

/** Done besides, so that there is something to publish and to quote: what is small, soon and complete. */
export function gentle(value: unknown): unknown {
  if (!isFields(value)) return value;
  const { bookingWindowDays, noticeDays, minNights, guests, promotionCode } = value;
  const isLacking = ([name, member]: [string, unknown]) =>
    member === null ||
    (name === 'beds' && member === 0) ||
    (name === 'description' && String(member).length < 50);
  const changed: Fields = Object.fromEntries(Object.entries(value).filter((entry) => !isLacking(entry)));
  if (typeof bookingWindowDays === 'number') {
    changed.bookingWindowDays = 730 - (bookingWindowDays % 600);
    changed.noticeDays = Number(noticeDays) % 4;
    changed.minNights = 1 + (Number(minNights) % 4);
    for (const name of ['checkInDays', 'checkOutDays', 'minNightsByCheckInDay']) delete changed[name];
  }
  if (isFields(guests)) changed.guests = { adults: 1 + (Number(guests.adults) % 3) };
  if (typeof promotionCode === 'string') delete changed.promotionCode;
  return shortened(orderly(changed) as Fields);
}

function shortened(fields: Fields): Fields {
  const changed = { ...fields };
  for (const [first, last] of [
    ['checkIn', 'checkOut'],
    ['from', 'to'],
  ] as const) {
    const [from, to] = [String(fields[first]), String(fields[last])];
    if (first in fields && last in fields && Date.parse(to) - Date.parse(from) > LONG_MS[first]) {
      changed[last] = dayAfter(from, 1 + ((Date.parse(to) / DAY_MS) % SHORTER_DAYS[first]));
    }
  }
  return changed;
}

function inPairs(fields: Fields): Fields {
  const { checkIn, checkOut, from, to, minNights, maxNights, checkInFrom, checkInUntil } = fields;
  const changed = { ...fields };
  if (typeof from === 'string' && typeof to === 'string' && to < from) {
    Object.assign(changed, { from: to, to: from });
  }
  if (typeof checkIn === 'string' && typeof checkOut === 'string') {
    if (checkOut < checkIn) Object.assign(changed, { checkIn: checkOut, checkOut: checkIn });
    if (checkOut === checkIn) changed.checkOut = dayAfter(checkIn, 1);
  }
  if (typeof minNights === 'number' && typeof maxNights === 'number' && maxNights < minNights) {
    Object.assign(changed, { minNights: maxNights, maxNights: minNights });
  }
  if (typeof checkInUntil === 'string' && checkInUntil <= String(checkInFrom)) delete changed.checkInUntil;
  return changed;
}

/** What search is asked: one place on the earth, and nothing that needs what is not there. */
function sought(fields: Fields): Fields {
  const changed = { ...fields };
  const drop = (...names: string[]) => {
    for (const name of names) delete changed[name];
  };
  const isOnEarth = (value: unknown) =>
    value === undefined ||
    String(value)
      .split(',')
      .every((degrees) => Math.abs(Number(degrees)) <= 90);
  const [, south = '0', , north = '0'] = String(fields.bbox).split(',');
  if (!isOnEarth(fields.bbox) || Number(north) < Number(south)) drop('bbox');
  if (changed.bbox !== undefined || !isOnEarth(fields.near)) drop('near');
  if (changed.near === undefined) drop('radiusKm');
  if (changed.near === undefined && fields.sort === 'distance') drop('sort');
  if ((fields.checkIn === undefined) !== (fields.checkOut === undefined) && 'flexDays' in fields)
    drop('checkIn', 'checkOut');
  if (changed.checkIn === undefined) drop('flexDays');
  if (Number(fields.priceMax) < Number(fields.priceMin)) drop('priceMin');
  if (typeof fields.q === 'string' && !/[\p{L}\p{N}]/u.test(fields.q)) drop('q');
  return changed;
}

function exact(fields: Fields): Fields {
  const { percentOff, kind, value } = fields;
  const rounded = (percent: unknown) => Math.round(Number(percent) * 100) / 100;
  return {
    ...fields,
    ...(percentOff === undefined ? {} : { percentOff: rounded(percentOff) }),
    ...(kind === 'percent' ? { value: rounded(value) } : {}),
  };
}

function once(fields: Fields): Fields {
  const changed = { ...fields };
  const keep = (name: string, keyOf: (item: never) => unknown) => {
    const items = fields[name];
    if (!Array.isArray(items)) return;
    const keys = items.map((item) => keyOf(item as never));
    changed[name] = items.filter((_, index) => keys.indexOf(keys[index]) === index);
  };
  for (const name of LISTS_OF_DAYS) keep(name, (day) => day);
  keep('lengthOfStay', ({ minNights }: { minNights: number }) => minNights);
  keep('promotions', ({ code }: { code: unknown }) => String(code).toUpperCase());
  return changed;
}

/** Their first and last nights dealt out again, in order. */
function apart(fields: Fields): Fields {
  const { seasons } = fields;
  if (!Array.isArray(seasons)) return fields;
  const nights = [...new Set(seasons.flatMap(({ from, to }) => [String(from), String(to)]))].sort();
  const dealt = seasons.flatMap((season, index) => {
    const [from, to] = nights.slice(2 * index);
    return to === undefined ? [] : [{ ...season, from, to }];
  });
  return { ...fields, seasons: dealt };
}

const dayAfter = (night: string, days: number): string =>
  new Date(Date.parse(`${night}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Slot);
