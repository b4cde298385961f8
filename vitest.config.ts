import { cloudflareTest, readD1Migrations } from '@cloudflare/vitest-plugin';
import { defineConfig } from 'vitest/config';
import { buildWorkers } from './scripts/build.ts';
import { generateSecrets } from './scripts/secrets.ts';
import { LongestFirst } from './test/longest-first.ts';
import { sandboxWorker } from './test/world.ts';

// A machine that does many things at once is slow, which is no fault of what is tested.
const PATIENCE_MS = 60_000;

// The name that the plugin gives to what it runs the tests in, after the project.
const RUNNER = 'vitest-plugin-runner-worker';

// Node reads this code as it is; what Vite makes of it first is slower.
const AS_NODE_DOES = { experimental: { viteModuleRunner: false } };

/**
 * Three kinds of test: `unit` runs in Node what needs no runtime; `worker` runs inside workerd with real
 * bindings and the sandbox beside it; `world` drives the production build of both Workers from outside.
 */
export default defineConfig({
  test: {
    // One core less, as Vitest would have it, is half of a machine with two.
    maxWorkers: '100%',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.unit.test.ts'],
          environment: 'node',
          // Nothing here leaves anything behind in its process.
          isolate: false,
          ...AS_NODE_DOES,
          // Simulations make much that is soon forgotten, which would otherwise be swept up four times as often.
          execArgv: ['--max-semi-space-size=64'],
          testTimeout: PATIENCE_MS,
        },
      },
      {
        plugins: [
          cloudflareTest(async () => ({
            main: './src/index.ts',
            wrangler: { configPath: './wrangler.toml' },
            miniflare: {
              bindings: {
                ...(await generateSecrets()),
                PASSWORD_COST: '8',
                MIGRATIONS: await readD1Migrations('migrations/main'),
                SEARCH_MIGRATIONS: await readD1Migrations('migrations/search'),
              },
              workers: [sandboxWorker(await buildWorkers(), RUNNER)],
            },
          })),
        ],
        test: {
          name: 'worker',
          // One file instead of hundreds, each of which would be brought into the runtime by itself.
          deps: { optimizer: { ssr: { enabled: true, include: ['stripe'] } } },
          include: ['test/**/*.worker.test.ts'],
          setupFiles: ['./test/worker/setup.ts'],
          // To start a runtime costs more than most files do; the setup makes it as good as new.
          isolate: false,
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
      {
        test: {
          name: 'world',
          include: ['test/**/*.world.test.ts'],
          environment: 'node',
          // A world is a process of its own, and what starts it is large.
          isolate: false,
          ...AS_NODE_DOES,
          testTimeout: PATIENCE_MS,
          hookTimeout: PATIENCE_MS,
        },
      },
    ],
  },
});
