import { expect, test } from 'vitest';
import { liveThrough } from './sim/world.ts';

const SEEDS = Number(process.env.SIM_SEEDS ?? 1_000);
const FIRST = Number(process.env.SIM_SEED ?? 1);
const OPS = 20;

test('whatever fails on the way, D1 is never ahead of the book and always catches up', async () => {
  const total = { ops: 0, changes: 0, faults: 0, crashes: 0 };
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    const seen = await liveThrough(seed, OPS).catch((cause: Error) => {
      throw new Error(`SIM_SEED=${seed} SIM_SEEDS=1: ${cause.message}`, { cause });
    });
    for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += seen[name];
  }
  expect(total.ops).toBe(SEEDS * OPS);
  if (SEEDS >= 100) {
    expect(total.changes).toBeGreaterThan(total.ops / 3);
    expect(total.faults).toBeGreaterThan(total.ops / 20);
    expect(total.crashes).toBeGreaterThan(total.ops / 50);
  }
});
