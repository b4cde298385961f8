import { expect, test } from 'vitest';
import { RUNS, runSeeds, wordsFor } from '../sim/runs.ts';

const FIRST = Number(process.env.SIM_SEED ?? 1);
const SLOWEST_MS = 300_000;
const seedsOf = (name: keyof typeof RUNS) => Number(process.env.SIM_SEEDS ?? RUNS[name].seeds);

test(
  'whatever fails on the way, D1 ends with every booking as the book has it',
  async () => {
    const total = await runSeeds('copies', FIRST, seedsOf('copies'));
    console.log(wordsFor('copies', total));
    expect(total.faults).toBeGreaterThan(total.ops / 20);
  },
  SLOWEST_MS,
);

test(
  'a book or a D1 that was set back comes to agree with the other again',
  async () => {
    const total = await runSeeds('restores', FIRST, seedsOf('restores'));
    console.log(wordsFor('restores', total));
    expect(total.faults).toBeGreaterThan(total.ops / 20);
  },
  SLOWEST_MS,
);
