import { expect, test } from 'vitest';
import { RUNS, type Run, runSeeds, wordsFor } from '../sim/runs.ts';

/** `npm run sim` runs more of these; the seeds of a failure are in its message. */
const FIRST = Number(process.env.SIM_SEED ?? 1);
const SLOWEST_MS = 300_000;

async function run(name: Run) {
  const seeds = Number(process.env.SIM_SEEDS ?? RUNS[name].seeds);
  const total = await runSeeds(name, FIRST, seeds);
  console.log(wordsFor(name, total));
  expect(total.ops).toBe(seeds * RUNS[name].ops);
  if (seeds < 100) return;
  expect(total.changes).toBeGreaterThan(total.ops / 6);
  expect(total.bookings).toBeGreaterThan(total.ops / 20);
  expect(total.faults).toBeGreaterThan(total.ops / 40);
  expect(total.crashes).toBeGreaterThan(total.ops / 60);
}

test(
  'no night is ever two stays’, whatever eight guests and their host do at once',
  () => run('nights'),
  SLOWEST_MS,
);

test(
  'the same key books once, however often it is repeated and whatever was lost on the way',
  () => run('keys'),
  SLOWEST_MS,
);

test('a hold frees its nights by itself, when nothing ever wakes the book', () => run('holds'), SLOWEST_MS);
