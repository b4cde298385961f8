import { expect, test } from 'vitest';
import { RUNS, runSeeds, wordsFor } from '../sim/runs.ts';

/** Guests who pay around the end of their hold, and providers who tell it late, twice and in any order. */
const FIRST = Number(process.env.SIM_SEED ?? 1);
const SLOWEST_MS = 300_000;

test(
  'who pays too late gets the room or the money, and every payment comes to one end',
  async () => {
    const seeds = Number(process.env.SIM_SEEDS ?? RUNS.late.seeds);
    const total = await runSeeds('late', FIRST, seeds);
    console.log(wordsFor('late', total));
    expect(total.ops).toBe(seeds * RUNS.late.ops);
    if (seeds < 100) return;
    expect(total.bookings).toBeGreaterThan(total.ops / 10);
    expect(total.changes).toBeGreaterThan(total.ops / 6);
  },
  SLOWEST_MS,
);
