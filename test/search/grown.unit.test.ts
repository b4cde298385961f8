import { expect, test } from 'vitest';
import type { Position } from '../../src/kernel/page.ts';
import { FIXED } from '../../src/search/exchange.ts';
import { findPage } from '../../src/search/find-page.ts';
import { readQuery } from '../../src/search/read-query.ts';
import { SearchQuery } from '../../src/search/schemas.ts';
import type { LiveRow } from '../../src/search/to-row.ts';
import { writeLive } from '../../src/search/write-index.ts';
import { type Index, openIndex } from './index-in-node.ts';
import { NOW, randomFrom, randomPlace } from './random-places.ts';

const random = randomFrom(77);
const rows = Array.from({ length: 3_400 }, (_, at) => randomPlace(random, at).row);
const asks = (query: Record<string, string>) => readQuery(SearchQuery.parse(query));
const DATES = { checkIn: '2027-04-01', checkOut: '2027-04-02', flexDays: '7' };
/** Free on all days, whoever comes. */
const sold = rows.map((row) => {
  const sale = JSON.parse(row.sale);
  const rules = { ...sale.rules, minNights: 1, maxNights: 365, noticeDays: 0, bookingWindowDays: 365 };
  for (const name of ['checkInDays', 'checkOutDays', 'minNightsByCheckInDay', 'cutoffHour'])
    delete rules[name];
  return {
    ...row,
    ...{
      min_nights: 1,
      max_nights: 365,
      notice_days: 0,
      window_days: 365,
      arrive: 127,
      leave: 127,
      taken: '',
    },
    sale: JSON.stringify({ ...sale, rules, overrides: [], stays: [], imported: [] }),
  };
});

async function walkAll(
  index: Index,
  query: Record<string, string>,
  between: (page: number) => Promise<unknown> = async () => {},
  limits?: { complete: number; walkShare: number },
) {
  const asked = asks(query);
  const found: string[] = [];
  const plans = new Set<string>();
  let position: Position | undefined;
  for (let pages = 0; pages < 500; pages++) {
    const page = await findPage(
      { db: index.db, asked, nowMs: NOW, exchange: FIXED, ...(limits && { limits }) },
      { limit: 100, position },
    );
    found.push(...page.found.map(({ id }) => id));
    plans.add(page.plan.name);
    if (page.next === null) return { found, plans: [...plans] };
    position = page.next;
    await between(pages);
  }
  throw new Error('There is no end of pages');
}

test('what is put in order by its totals as a whole goes on as no larger whole when more has come', async () => {
  const limits = { complete: 200, walkShare: 1.1 };
  const lighthouse = (row: LiveRow) => ({ ...row, words: ' lighthouse ' });
  const [few, more] = [sold.slice(0, 200).map(lighthouse), sold.slice(200, 230).map(lighthouse)];
  const index = await openIndex([...few, ...sold.slice(230)]);
  const { found, plans } = await walkAll(
    index,
    { ...DATES, q: 'lighthouse', bbox: '-180,-89,180,90', sort: 'price' },
    async (page) => (page === 0 ? writeLive(index.db, more) : undefined),
    limits,
  );
  expect(new Set(found).size).toBe(found.length);
  expect(found).toEqual(expect.arrayContaining(few.map(({ id }) => id)));
  expect(plans).toEqual(['words']);
});

test('more in a small corner than was thought are all found by their totals', async () => {
  const { cells, near, x, y } = rows.find(({ country }) => country === 'KE') as LiveRow;
  const index = await openIndex(sold.map((row) => ({ ...row, cells, near, x, y })));
  const bbox = [x, y, x + 1, y + 1].map((steps) => (steps / 1e7).toFixed(7)).join(',');
  const { found } = await walkAll(index, { ...DATES, bbox, sort: 'price' });
  expect(new Set(found).size).toBe(found.length);
  expect(found).toHaveLength(rows.length);
});

test('a stretch of the order of prices that has grown by hundreds is still met whole', async () => {
  const [first, more] = [sold.slice(0, 900), sold.slice(900, 1_300)];
  const index = await openIndex(first);
  const { found, plans } = await walkAll(index, { ...DATES, sort: 'price' }, async (page) =>
    page === 0
      ? writeLive(
          index.db,
          more.map((row) => ({ ...row, price: 2_000_000 })),
        )
      : undefined,
  );
  expect(plans).toEqual(['walk']);
  expect(new Set(found).size).toBe(found.length);
  expect(found).toEqual(expect.arrayContaining(first.map(({ id }) => id)));
});
