import { env } from 'cloudflare:workers';
import { expect, test } from 'vitest';
import { meterD1, newTally } from '../../src/platform/meter.ts';
import { cellsOf } from '../../src/search/cells.ts';
import { FIXED } from '../../src/search/exchange.ts';
import { findPage } from '../../src/search/find-page.ts';
import { unitOf } from '../../src/search/point.ts';
import { readQuery } from '../../src/search/read-query.ts';
import { SearchQuery } from '../../src/search/schemas.ts';
import { writeLive } from '../../src/search/write-index.ts';
import { NOW, randomFrom, randomPlace } from './random-places.ts';

const PLACES = 4_000;
/** All of a dense town, in the corner of a cell of which the box has a small part. */
const BOX = '18.74,10.085,20.145,11.48';

test.each(['recommended', 'price'])(
  'where a box holds far more than a part of its cells would, no more is read than for a page (%s)',
  async (sort) => {
    const random = randomFrom(3);
    const rows = Array.from({ length: PLACES }, (_, at) => {
      const [lat, lng] = [10.09 + random() * 0.1, 20.04 + random() * 0.1];
      const [x, y] = [Math.round(lng * 1e7), Math.round(lat * 1e7)];
      const { cells, near } = cellsOf({ lng: x, lat: y });
      const here = { x, y, ...unitOf({ lat, lng }), near, cells: JSON.stringify([...cells, 'all']) };
      return { ...randomPlace(random, at).row, ...here };
    });
    for (let at = 0; at < PLACES; at += 500) await writeLive(env.SEARCH_DB, rows.slice(at, at + 500));
    // Many more elsewhere.
    await env.SEARCH_DB.prepare(`UPDATE tally SET n = 1000000 WHERE key = 'all'`).run();
    const tally = newTally();
    const asked = readQuery(SearchQuery.parse({ bbox: BOX, sort }));
    const ask = { db: meterD1(env.SEARCH_DB, tally), asked, nowMs: NOW, exchange: FIXED };
    const page = await findPage(ask, { limit: 20, position: undefined });
    expect(page.found).toHaveLength(20);
    expect(tally.d1Trips).toBe(2);
    expect(tally.rowsRead).toBeLessThanOrEqual(1_000);
  },
);
