import type { Sale } from '../../src/book/index.ts';
import { DEFAULT_RULES } from '../../src/book/schemas.ts';
import { cellsOf } from '../../src/search/cells.ts';

/**
 * So many places, made within the database: 60 on an island where nobody else is, half of the others in one
 * city, the rest in two thousand towns. The same number gives the same places.
 */
export const ISLAND = { lat: -25, lng: -130, places: 60, box: '-130.2,-25.2,-129.8,-24.8' };
export const CITY = { name: 'metropolis', lat: 10, lng: 20, box: '19.7,9.7,20.3,10.3' };
const TOWNS = 2_000;
const AT_ONCE = 10_000;
const LEVELS = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

const sale: Sale = {
  facts: { timeZone: 'Africa/Lagos', capacity: 4, petsAllowed: true, status: 'published' },
  rules: { ...DEFAULT_RULES, noticeDays: 0, bookingMode: 'instant' },
  rates: {
    currency: 'USD',
    nightly: 0,
    weekend: { nightly: 12_000, nights: ['fri', 'sat'] },
    cleaningFee: 3_000,
    lengthOfStay: [{ minNights: 7, percentOff: 10 }],
    taxes: [{ name: 'VAT', kind: 'percent', value: 7.5 }],
  },
  overrides: [],
  stays: [],
  imported: [],
};

/** A number below `below`, as good as drawn, of a row's own number. */
const drawn = (salt: number, below: number) =>
  `(i * ${15_485_863 + salt * 9_824_516} % 2147483647 * 48271 % 2147483647 % ${below})`;

export async function plant(db: D1Database, count: number, today: number): Promise<void> {
  const triggers = await db
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all<{ name: string; sql: string }>();
  for (const { name } of triggers.results) await db.prepare(`DROP TRIGGER ${name}`).run();
  await db.prepare('DELETE FROM listing').run();
  for (let from = 1; from <= count; from += AT_ONCE)
    await stubbornly(() => db.prepare(rows(from, Math.min(count, from + AT_ONCE - 1), today)).run());
  for (let from = 1; from <= count; from += AT_ONCE) {
    const some = `WHERE n BETWEEN ${from} AND ${from + AT_ONCE - 1}`;
    await stubbornly(() => db.prepare(`INSERT OR REPLACE INTO place SELECT * FROM placed ${some}`).run());
    await stubbornly(() =>
      db
        .prepare(`INSERT OR REPLACE INTO listing_text (rowid, words) SELECT n, words FROM listing ${some}`)
        .run(),
    );
  }
  const cell = (level: number) =>
    `printf('${level}/%d/%d', (x + 1800000000) * ${2 ** level} / 3600000000, (y + 1800000000) * ${2 ** level} / 3600000000)`;
  const keys = [...LEVELS.map(cell), "'all'", "'city/' || city", "'country/' || country"];
  for (let from = 1; from <= count; from += AT_ONCE) {
    const some = `FROM listing WHERE n BETWEEN ${from} AND ${from + AT_ONCE - 1}`;
    await stubbornly(() => db.batch(keys.map((key) => db.prepare(tallied(key, some)))));
  }
  for (const { sql } of triggers.results) await db.prepare(sql).run();
  const at = { lat: Math.round(CITY.lat * 1e7), lng: Math.round(CITY.lng * 1e7) };
  const known = await db
    .prepare('SELECT count(*) AS n FROM tally WHERE key IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(cellsOf(at).cells.slice(0, 3)))
    .first<{ n: number }>();
  if (known?.n !== 3) throw new Error('The cells are not where the Worker looks for them');
}

function rows(from: number, to: number, today: number): string {
  const isIsland = `i <= ${ISLAND.places}`;
  const isCity = 'i % 2 = 0';
  const spot = (axis: 'lat' | 'lng', around: number, salt: number) =>
    `CASE WHEN ${isIsland} THEN ${ISLAND[axis] * 1e7} + ${drawn(salt, 1_000)} * 1000
       WHEN ${isCity} THEN ${CITY[axis] * 1e7 - 2_000_000} + ${drawn(salt, 100_000)} * 40
       ELSE CAST(((i % ${TOWNS}) * ${around} % 1000 - 500) * ${axis === 'lat' ? 1_200_000 : 3_400_000} AS INTEGER)
         + ${drawn(salt, 10_000)} * 100 END`;
  const filled = JSON.stringify(sale).replaceAll("'", "''");
  return `INSERT OR IGNORE INTO listing (id, epoch, version, as_of, live, cells, log_price, quality, x, y, ux, uy, uz, city, country,
      words, type, amenities, guests, bedrooms, beds, bathrooms, pets, instant, policy, currency, nightly, min_nights,
      max_nights, notice_days, window_days, arrive, leave, taken_from, taken, price, score, stars, published, card, sale)
    SELECT id, 1, 1, 1, 1, '[]', ln(nightly * 10000.0), 500000, x, y,
      cos(radians(y / 1e7)) * cos(radians(x / 1e7)), cos(radians(y / 1e7)) * sin(radians(x / 1e7)), sin(radians(y / 1e7)),
      city, 'NG', ' quiet flat ' || city || ' number' || (i % 5000) || ' wi fi pool ', 'apartment', ' wifi pool ',
      4, i % 4, 2, 1, 1, 1, 'moderate', 'USD', nightly, 1, 365, 0, 365, 127, 127, ${today - 2},
      substr('${'0'.repeat(40)}${'1110000'.repeat(20)}', 1 + i % 41, 100), nightly * 10000, ${drawn(5, 900_000)},
      ${drawn(6, 200)} * 1000000 + 300012500, 1700000000000 + i * 1000,
      json_object('id', id, 'title', 'Quiet flat ' || i, 'type', 'apartment', 'image', json(
        '{"id":"img_1","url":"https://api.roost.example/v1/images/img_1","width":1600,"height":1200,"caption":"","alt":""}'),
        'location', json_object('lat', y / 1e7, 'lng', x / 1e7), 'city', city, 'country', 'NG', 'guests', 4,
        'bedrooms', i % 4, 'rating', json_object('average', 4.5, 'count', 12),
        'nightly', json_object('amount', nightly, 'currency', 'USD'), 'bookingMode', 'instant'),
      json_set('${filled}', '$.rates.nightly', nightly)
    FROM (SELECT i, printf('prp_%026d', i) AS id, 3000 + ${drawn(3, 40_000)} AS nightly,
        ${spot('lng', 37, 1)} AS x, ${spot('lat', 101, 2)} AS y,
        CASE WHEN ${isIsland} THEN 'island' WHEN ${isCity} THEN '${CITY.name}' ELSE 'town ' || (i % ${TOWNS}) END AS city
      FROM (WITH RECURSIVE c (i) AS (VALUES (${from}) UNION ALL SELECT i + 1 FROM c WHERE i < ${to}) SELECT i FROM c))`;
}

/** The way to a database under test is cut now and then; each of these may be done twice. */
async function stubbornly(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

const tallied = (key: string, some: string) =>
  `INSERT INTO tally SELECT ${key} AS key, count(*), sum(log_price), sum(log_price * log_price), sum(score / 1e6),
     sum(score / 1e6 * score / 1e6), sum(stars / 1e8), sum(stars / 1e8 * stars / 1e8) ${some} GROUP BY 1
   ON CONFLICT (key) DO UPDATE SET n = n + excluded.n, p = p + excluded.p, p2 = p2 + excluded.p2, s = s + excluded.s,
     s2 = s2 + excluded.s2, r = r + excluded.r, r2 = r2 + excluded.r2`;
