// npm run sim [-- --run nights,keys] [--seeds 2000] [--seed 1]      lives of a property, from seeds
import { parseArgs } from 'node:util';
import { RUNS, type Run, runSeeds, wordsFor } from '../test/book/sim/runs.ts';

const options = {
  run: { type: 'string', default: 'nights' },
  seeds: { type: 'string', default: '2000' },
  seed: { type: 'string', default: '1' },
} as const;
const { run, seeds, seed } = parseArgs({ options }).values;
const runs = run.split(',') as Run[];
if (!runs.every((name) => Object.hasOwn(RUNS, name)))
  throw new Error(`--run is one or more of ${Object.keys(RUNS)}`);

try {
  for (const name of runs) console.log(wordsFor(name, await runSeeds(name, Number(seed), Number(seeds))));
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
