import { type Lives, liveLives, type Seen } from './lives.ts';

/** What is simulated for which promise; `seeds` is how many of them npm test has time for. */
export const RUNS = {
  nights: { seeds: 2_000, ops: 300, lives: {} },
  keys: { seeds: 500, ops: 60, lives: { faults: 0.3 } },
  holds: { seeds: 1_000, ops: 40, lives: { alarms: 'never' } },
  late: { seeds: 2_000, ops: 25, lives: { late: true } },
  copies: { seeds: 1_000, ops: 20, lives: { d1: true } },
  restores: { seeds: 200, ops: 40, lives: { d1: true, restores: true } },
} as const satisfies Readonly<Record<string, { seeds: number; ops: number; lives: Lives }>>;
export type Run = keyof typeof RUNS;

export type Total = Seen & { readonly seeds: number; readonly opsPerSecond: number };

/** One life after another; the first that goes wrong names the command that repeats it. */
export async function runSeeds(run: Run, first: number, seeds: number): Promise<Total> {
  const { ops, lives } = RUNS[run];
  const total: Seen = { ops: 0, changes: 0, faults: 0, crashes: 0, bookings: 0 };
  const startedAt = performance.now();
  for (let seed = first; seed < first + seeds; seed++) {
    const seen = await liveLives(seed, ops, lives).catch((cause: Error) => {
      throw new Error(`${cause.message}\nnpm run sim -- --run ${run} --seed ${seed} --seeds 1`, { cause });
    });
    for (const name of Object.keys(total) as (keyof Seen)[]) total[name] += seen[name];
  }
  const opsPerSecond = Math.round((total.ops * 1_000) / (performance.now() - startedAt));
  return { ...total, seeds, opsPerSecond };
}

export const wordsFor = (run: Run, { seeds, ops, opsPerSecond, changes, bookings, faults, crashes }: Total) =>
  `${run}: ${seeds} seeds, ${ops} operations, ${opsPerSecond}/s, ${changes} changes, ${bookings} bookings, ` +
  `${faults} faults, ${crashes} crashes`;
