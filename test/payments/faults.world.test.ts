import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../scripts/api.ts';
import { type Books, openBooks } from './books-on-disk.ts';
import { openMarket } from './market.ts';

/**
 * Everything that can go wrong between Roost and its providers, once with each way to pay: when the payment is begun,
 * when it is told, when it is given back. In the end each payment has one end, the same here as there.
 */
const WAYS = [
  ['stripe', ['none', 'down', 'error', 'lost', 'stuck']],
  ['mpesa', ['none', 'down', 'error', 'lost']],
] as const;
const TOLD = {
  stripe: [
    ...['none', 'duplicate', 'reorder', 'drop', 'forged', 'tampered', 'truncated', 'reserialised'],
    ...['old', 'future', 'late'],
  ],
  mpesa: [
    ...['none', 'duplicate', 'reorder', 'drop', 'forged', 'tampered', 'truncated', 'reserialised', 'late'],
    ...['denied', 'contradicted', 'amount', 'phone', 'receipt'],
  ],
} as const;
const ENDS = ['stays', 'guest cancels', 'host cancels'] as const;
const PATIENCE = 60;
const NIGHTS = 2;

type Case = { way: 'stripe' | 'mpesa'; starting: string; telling: string; ending: string; giving: string };
/** Each fault in each place once, rather than each with each other. */
const CASES = WAYS.flatMap(([way, faults]) =>
  Array.from({ length: faults.length + TOLD[way].length }, (_, index): Case => {
    const telling = TOLD[way][index % TOLD[way].length] as string;
    const starting = faults[index < TOLD[way].length ? 0 : index % faults.length] as string;
    const ending = ENDS[index % ENDS.length] as string;
    return { way, starting, telling, ending, giving: faults[(index + 1) % faults.length] as string };
  }),
);

const storage = mkdtempSync(join(tmpdir(), 'roost-faults-'));
let market: Awaited<ReturnType<typeof openMarket>>;
let api: ReturnType<typeof connect>;
let place: string;
beforeAll(async () => {
  market = await openMarket({ guests: CASES.length, storage });
  api = connect(market.world.url);
  place = await market.plant('instant');
}, 90_000);
afterAll(async () => {
  await market?.world.stop();
  rmSync(storage, { recursive: true, force: true });
});

const meet = (target: string, mode: string, times = 1) =>
  mode === 'none'
    ? Promise.resolve()
    : api('POST', '/sandbox/faults', { body: { target, mode, times } }).then(() => {});

async function live({ way, starting, telling, ending, giving }: Case, index: number): Promise<string | null> {
  const guest = market.guests[index] as string;
  const { id } = await market.hold(guest, place, market.inDays(10 + index * NIGHTS), NIGHTS);
  const path = `/v1/bookings/${id}/payment`;
  const how = { provider: way, ...(way === 'mpesa' ? { phone: `+2547${20_000_000 + index}` } : {}) };
  await meet(way, starting);
  const begun = await market.ask(guest, 'POST', path, how);
  // Whoever does not know tries again.
  if (begun.status !== 201) await market.ask(guest, 'POST', path, how);
  const { body, status } = await market.ask(guest, 'GET', path);
  expect([status, body.provider], JSON.stringify(body)).toEqual([200, way]);

  const mode = telling === 'late' ? { mode: 'late', by: 'PT20M' } : { mode: telling };
  const played = { outcome: 'succeed', ...(telling === 'none' ? {} : { faults: mode }) };
  await api('POST', `/sandbox/payments/${body.id}`, { body: played });
  if (ending === 'stays') return body.id;
  const seen = () => market.done(guest, 'GET', `/v1/bookings/${id}`);
  if (['none', 'duplicate'].includes(telling) && starting === 'none')
    await market.until(seen, (booking) => booking.status === 'confirmed');
  await meet(way, giving);
  await market.ask(ending === 'host cancels' ? market.host : guest, 'POST', `/v1/bookings/${id}/cancel`, {});
  return body.id;
}

/** The clock goes on until nothing is left to be told or done; a queue tries again by a clock of its own. */
async function comeToRest(): Promise<Books> {
  for (const target of ['stripe', 'mpesa']) await meet(target, 'none');
  for (let round = 0; ; round++) {
    await market.advance(round === 0 ? 'PT3M' : 'PT3H');
    await new Promise((resolve) => setTimeout(resolve, 400));
    const books = openBooks(storage);
    const isDone = books.open().length === 0 && books.wrong().length === 0;
    if (isDone || round === PATIENCE) return books;
  }
}

test('whatever goes wrong with providers and their messages, each payment comes to one end, and money moves once', async () => {
  const ids: string[] = [];
  for (const [index, one] of CASES.entries()) {
    const id = await live(one, index);
    if (id !== null) ids.push(id);
  }
  expect(ids).toHaveLength(CASES.length);
  const books = await comeToRest();
  expect(books.open()).toEqual([]);
  const caseOf = (words: string) => CASES[ids.findIndex((id) => words.includes(id))];
  expect(books.wrong().map((words) => [words, caseOf(words)])).toEqual([]);
  const ends = CASES.map((one, index) => [books.ends.get(ids[index] ?? ''), one] as const);
  const count = Object.groupBy(ends, ([end]) => end ?? 'nothing');
  console.log(
    Object.entries(count)
      .map(([end, all]) => `${all?.length} ${end}`)
      .join(', '),
  );
  expect(Object.keys(count).sort()).toEqual(['captured', 'refunded', 'voided']);
  // Where nothing was done to what was told, who stays is captured, and who goes has it all back.
  for (const [end, { telling, starting, ending }] of ends)
    if (telling === 'none' && starting === 'none')
      expect([end, ending]).toEqual([ending === 'stays' ? 'captured' : 'refunded', ending]);
}, 240_000);
