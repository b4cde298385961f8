// npm run bench:book [-- --bookings 5000] [--connections 16]     appends to bench/book.log
import { appendFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { connect } from '../scripts/api.ts';
import { ROOT } from '../scripts/places.ts';
import { makePlace } from '../scripts/seed/make-places.ts';
import { plantPlace } from '../scripts/seed/plant-place.ts';
import { createKeyring } from '../src/kernel/crypto.ts';
import { newId } from '../src/kernel/ids.ts';
import { addNights, type Night } from '../src/kernel/stay.ts';
import { sealQuote } from '../src/pricing/index.ts';
import { openLives } from '../test/book/kill/lives.ts';

/** How many bookings a second one book takes, over HTTP, on storage on disk, from the built Worker. */
const { values } = parseArgs({
  options: { bookings: { type: 'string', default: '5000' }, connections: { type: 'string', default: '16' } },
});
const [count, connections] = [Number(values.bookings), Number(values.connections)];
// What else runs here takes its part.
const [load = 0] = loadavg();
const today = new Date().toISOString().slice(0, 10) as Night;

const lives = await openLives();
try {
  await lives.start();
  const place = makePlace({ seed: 1, today }, 0);
  const token = await lives.tokenOf(lives.host);
  const id = await plantPlace(connect(lives.url), token, { ...place, changes: [] }, 1);
  const orders = await Promise.all(Array.from({ length: count }, (_, index) => orderOf(id, index)));

  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const waits: number[] = [];
  const statuses = new Map<number, number>();
  const startedAt = performance.now();
  const work = async () => {
    for (let order = orders.pop(); order; order = orders.pop()) {
      const sentAt = performance.now();
      const status = await send(agent, order);
      waits.push(performance.now() - sentAt);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  const seconds = (performance.now() - startedAt) / 1_000;
  agent.destroy();

  waits.sort((a, b) => a - b);
  const at = (share: number) => waits[Math.floor(waits.length * share)]?.toFixed(1);
  const line = [
    new Date().toISOString().slice(0, 10),
    `${cpus().length} × ${cpus()[0]?.model.trim()}, load ${load.toFixed(1)} before`,
    `${count} bookings of one book over ${connections} connections`,
    `${Math.round(count / seconds)}/s`,
    `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`,
    `answers ${[...statuses].map(([status, n]) => `${n} × ${status}`).join(', ')}`,
  ].join(' · ');
  console.log(line);
  appendFileSync(join(ROOT, 'bench/book.log'), `${line}\n`);
} finally {
  await lives.kill();
  lives.forget();
}

type Order = { body: string; headers: Record<string, string> };

/** A night each, and a guest each, with a quote as the marketplace would have signed it. */
async function orderOf(propertyId: string, index: number): Promise<Order> {
  const now = Date.now();
  const checkIn = addNights(today, 30 + index);
  const { token: quote } = sealQuote(createKeyring(lives.masterSecret), {
    propertyId,
    stay: { checkIn, checkOut: addNights(checkIn, 1) },
    guests: { adults: 1, children: 0, infants: 0, pets: 0 },
    currency: 'KES',
    nights: [{ date: checkIn, price: 10_000 }],
    lines: [{ kind: 'nights', label: '1 night', amount: 10_000 }],
    total: 10_000,
    hostEarns: 9_700,
    policy: 'moderate',
    ratesVersion: 1,
    promotion: null,
    issuedAt: now,
  });
  const token = await lives.tokenOf(newId('usr', now));
  return {
    body: JSON.stringify({ quote }),
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': `bench-${index}`,
    },
  };
}

function send(agent: Agent, { body, headers }: Order): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${lives.url}/v1/bookings`, { agent, method: 'POST', headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
