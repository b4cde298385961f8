// npm run bench:search [-- --n 1000,10000,100000,1000000] [--seconds 5]     appends to bench/search.log
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../scripts/places.ts';
import { addNights, dayOfNight, type Night } from '../src/kernel/stay.ts';
import { meterD1, newTally } from '../src/platform/meter.ts';
import { FIXED } from '../src/search/exchange.ts';
import { findPage } from '../src/search/find-page.ts';
import { readQuery } from '../src/search/read-query.ts';
import { SearchQuery } from '../src/search/schemas.ts';
import { startWorld, type World } from '../test/world.ts';
import { CITY, ISLAND, plant } from './search/plant.ts';

/** What a search reads and how long it takes, over one question in catalogues of very different sizes. */
const { values } = parseArgs({
  options: {
    n: { type: 'string', default: '1000,10000,100000,1000000' },
    seconds: { type: 'string', default: '5' },
  },
});
const FRESH = { 'cache-control': 'no-cache' };
const RUNS = 15;
const CONNECTIONS = 16;
const today = new Date().toISOString().slice(0, 10) as Night;
const dates = `checkIn=${addNights(today, 60)}&checkOut=${addNights(today, 63)}&adults=2`;
const world = 'bbox=-180,-90,180,90';

const QUESTIONS: Readonly<Record<string, string>> = {
  'an island of 60': `bbox=${ISLAND.box}`,
  'an island of 60, dates': `bbox=${ISLAND.box}&${dates}`,
  'an island of 60, by total': `bbox=${ISLAND.box}&${dates}&sort=price`,
  'an island of 60, 30 km around': `near=${ISLAND.lat},${ISLAND.lng}&radiusKm=30&sort=distance`,
  'a word of few': 'q=number77',
  'half of all in one viewport': `bbox=${CITY.box}`,
  'the same, dates': `bbox=${CITY.box}&${dates}`,
  'the same, by total': `bbox=${CITY.box}&${dates}&sort=price`,
  'the same, 30 km around': `near=${CITY.lat},${CITY.lng}&radiusKm=30&sort=distance`,
  'one town': 'city=town%207',
  'the world': `${world}&sort=price`,
  'the world, page 500': `${world}&sort=price`,
  'the world, dates': `${world}&sort=rating&${dates}`,
  everything: 'sort=newest',
};

const write = (line: string) => {
  console.log(line);
  appendFileSync(join(ROOT, 'bench/search.log'), `${line}\n`);
};

for (const count of values.n.split(',').map(Number)) {
  const [load = 0] = loadavg();
  const place = await startWorld();
  try {
    const db = await place.database('SEARCH_DB');
    const startedAt = performance.now();
    await plant(db, count, dayOfNight(today));
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    write(
      `\n${today} · ${cpus().length} × ${cpus()[0]?.model.trim()}, load ${load.toFixed(1)} before · ` +
        `${count} places, planted in ${seconds} s`,
    );
    write('question                        plan      found  examined  rows  trips  median ms');
    for (const [name, query] of Object.entries(QUESTIONS)) await askOften(db, name, query);
    await hurry(place, 'an empty route', '/healthz', {});
    await hurry(place, 'hot', `/v1/search?${QUESTIONS['the same, dates']}`, {});
    await hurry(place, 'cold, an island', `/v1/search?${QUESTIONS['an island of 60, dates']}`, FRESH);
    await hurry(place, 'cold, half of all', `/v1/search?${QUESTIONS['the same, dates']}`, FRESH);
  } finally {
    await place.stop();
  }
}

async function askOften(db: D1Database, name: string, query: string): Promise<void> {
  const asked = readQuery(SearchQuery.parse(Object.fromEntries(new URLSearchParams(query))));
  const position = name.endsWith('page 500') ? await placeAt(db, 499 * 20) : undefined;
  if (position === null) return;
  const waits: number[] = [];
  let line = '';
  for (let run = 0; run < RUNS; run++) {
    const tally = newTally();
    const startedAt = performance.now();
    const page = await findPage(
      { db: meterD1(db, tally), asked, nowMs: Date.now(), exchange: FIXED },
      { limit: 20, position },
    );
    waits.push(performance.now() - startedAt);
    const cells = [page.plan.name.padEnd(8), page.found.length, page.examined, tally.rowsRead, tally.d1Trips];
    line = cells
      .map((cell, at) => (at === 0 ? cell : String(cell).padStart([0, 7, 10, 6, 7][at] ?? 0)))
      .join('');
  }
  const median = waits.sort((a, b) => a - b)[Math.floor(RUNS / 2)]?.toFixed(1) ?? '';
  write(`${name.padEnd(32)}${line}${median.padStart(11)}`);
}

async function placeAt(db: D1Database, offset: number) {
  const row = await db
    .prepare('SELECT price, id FROM listing WHERE live = 1 ORDER BY price, id LIMIT 1 OFFSET ?')
    .bind(offset)
    .first<{ price: number; id: string }>();
  return row && (['k', row.price, row.id] as const);
}

/** How many such requests a second, and how much computing each takes in the Worker's process. */
async function hurry({ url }: World, name: string, path: string, headers: Record<string, string>) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const once = () =>
    new Promise<void>((resolve, reject) => {
      const sent = request(`${url}${path}`, { agent, headers }, (response) => {
        if (response.statusCode !== 200) reject(new Error(`${path} answered ${response.statusCode}`));
        response.resume().on('end', resolve);
      });
      sent.on('error', reject);
      sent.end();
    });
  await once();
  const [ticks, startedAt] = [workerTicks(), performance.now()];
  const until = startedAt + Number(values.seconds) * 1_000;
  let done = 0;
  const work = async () => {
    while (performance.now() < until) {
      await once();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
  agent.destroy();
  const perSecond = Math.round((done * 1_000) / (performance.now() - startedAt));
  const cpuMs = ((workerTicks() - ticks) * 10) / Math.max(1, done);
  write(`${name.padEnd(32)}${String(perSecond).padStart(8)}/s   ${cpuMs.toFixed(2)} ms of computing each`);
}

/** Hundredths of a second that our own workerd has computed. */
function workerTicks(): number {
  let sum = 0;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(stat) ?? [];
      const fields = rest?.split(' ') ?? [];
      if (name === 'workerd' && Number(fields[1]) === process.pid)
        sum += Number(fields[11]) + Number(fields[12]);
    } catch {
      // It has ended meanwhile.
    }
  }
  return sum;
}
