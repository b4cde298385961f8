import { expect, test } from 'vitest';
import { CURRENCIES_IN_USE } from '../../src/kernel/money.ts';
import type { Position } from '../../src/kernel/page.ts';
import { MAX_PRICE } from '../../src/pricing/schemas.ts';
import { convert, FIXED, toReference } from '../../src/search/exchange.ts';
import { findPage } from '../../src/search/find-page.ts';
import { readQuery } from '../../src/search/read-query.ts';
import { SearchQuery } from '../../src/search/schemas.ts';
import type { LiveRow } from '../../src/search/to-row.ts';
import { openIndex } from './index-in-node.ts';
import { NOW, randomFrom, randomPlace } from './random-places.ts';

const PLACES = 1_500;
const SLICES = { complete: 30, walkShare: 1.1 };
const random = randomFrom(6);
const models = Array.from({ length: PLACES }, (_, at) => randomPlace(random, at).row);
const { cells, near, x, y } = models.find(({ country }) => country === 'KE') as LiveRow;
const bbox = [x - 5e6, y - 5e6, x + 5e6, y + 5e6].map((steps) => (steps / 1e7).toFixed(7)).join(',');
/** From the least of the weakest currency to the most of the strongest, many of them on a border. */
const rows = models.map((row, at) => {
  const currency = random.of([...CURRENCIES_IN_USE, 'KWD', 'BHD', 'JPY', 'JPY', 'IRR', 'LBP'] as const);
  const nightly = random.of([
    1,
    2,
    99,
    100,
    MAX_PRICE,
    MAX_PRICE - 1,
    random.int(1, 1e4),
    random.int(1, 1e9),
  ]);
  const price = Math.max(1, toReference(FIXED, nightly, currency));
  const here = { cells, near, x: x + (at % 50) * 1_000, y };
  return { ...row, ...here, currency, nightly, price, log_price: Math.log(price) };
});
const index = await openIndex(rows);

async function walkAll(query: Record<string, string>, limits = SLICES) {
  const asked = readQuery(SearchQuery.parse({ bbox, ...query }));
  const found: string[] = [];
  let position: Position | undefined;
  do {
    const page = await findPage(
      { db: index.db, asked, nowMs: NOW, exchange: FIXED, limits },
      { limit: 20, position },
    );
    found.push(...page.found.map(({ id }) => id));
    position = page.next ? JSON.parse(JSON.stringify(page.next)) : undefined;
  } while (position);
  return found;
}

test.each([1, -1])(
  'prices of all currencies and sizes are met once each and in order, slice after slice (%i)',
  async (way) => {
    const expected = rows
      .toSorted((a, b) => way * (a.price - b.price || (a.id < b.id ? -1 : 1)))
      .map(({ id }) => id);
    expect(await walkAll({ sort: way === 1 ? 'price' : '-price' })).toEqual(expected);
  },
);

test('a bound in any currency lets pass what it is worth in it, to the minor unit', async () => {
  for (const currency of ['USD', 'KWD', 'JPY', 'IRR', 'BHD', 'EUR'] as const)
    for (let round = 0; round < 2; round++) {
      const { nightly, currency: own } = random.of(rows);
      const edge = convert(FIXED, nightly, own, currency);
      const bound = Math.min(1e15, Math.max(0, edge + random.int(-1, 1)));
      for (const name of ['priceMin', 'priceMax'] as const) {
        const found = await walkAll({ [name]: String(bound), currency, sort: 'price' });
        const fits = rows.filter((row) => {
          const worth = convert(FIXED, row.nightly, row.currency, currency);
          return name === 'priceMin' ? worth >= bound : worth <= bound;
        });
        expect(found.toSorted(), JSON.stringify({ currency, name, bound })).toEqual(
          fits.map(({ id }) => id).sort(),
        );
      }
    }
});
