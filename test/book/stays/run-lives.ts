import { expect } from 'vitest';
import { RUNS, type Run, runSeeds, wordsFor } from '../sim/runs.ts';

/** `npm run sim` runs more of these; the seeds of a failure are in its message. */
const FIRST = Number(process.env.SIM_SEED ?? 1);
export const SLOWEST_MS = 300_000;

/** As many lives as are promised, of which enough came to something. */
export async function runLives(name: Run): Promise<void> {
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
