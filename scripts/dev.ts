// npm run dev [-- --fresh] [--port 8787] [--state DIR] [--verbose]
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildAssets } from './build.ts';
import { claimState, emptyState, refuseTakenPort } from './claim.ts';
import { DEMO_PASSWORD, type Demo, ensureDemoAccounts } from './demo-accounts.ts';
import { ensureDemoPlaces } from './demo-places.ts';
import { ensureDevVars } from './dev-vars.ts';
import { migrateState } from './migrate.ts';
import { onOrphaned } from './orphaned.ts';
import { DEV_VARS, ROOT } from './places.ts';
import { type Server, startServer } from './server.ts';

const startedAt = performance.now();
const { values } = parseArgs({
  options: {
    fresh: { type: 'boolean', default: false },
    port: { type: 'string', default: '8787' },
    state: { type: 'string', default: '.wrangler/state' },
    verbose: { type: 'boolean', default: false },
  },
});
const port = Number(values.port);
const state = resolve(ROOT, values.state);
const url = `http://localhost:${port}`;

let server: Server | null = null;
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
onOrphaned(() => void stop(1));

try {
  await start();
} catch (error) {
  if (!stopping) await stop(1, error instanceof Error ? error.message : String(error));
}

async function start(): Promise<void> {
  await refuseTakenPort(port);
  await claimState(state, port);
  if (values.fresh) emptyState(state);

  await Promise.all([ensureDevVars(DEV_VARS), buildAssets(), migrateState(state)]);
  if (stopping) return;
  server = startServer({ url, port, state, verbose: values.verbose });
  void server.ended.then(() => stop(1, 'Wrangler has ended.'));
  await server.ready;
  const demo = await ensureDemoAccounts(url, state)
    .then(async (made) => {
      await ensureDemoPlaces(url);
      return made;
    })
    .catch((error: Error) => error);
  if (!stopping) console.log(toBanner(demo));
}

async function stop(exitCode: number, complaint?: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  if (complaint) console.error(`${server?.unseen() ?? ''}\n${complaint}`);
  await server?.stop();
  process.exit(exitCode);
}

function toBanner(demo: Demo | Error): string {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  return `
  Roost is ready (${seconds} s)

  API       ${url}
  Docs      ${url}/docs
  Sandbox   ${url}/sandbox   payments, mailbox, clock and faults
${demo instanceof Error ? `\n  The demo accounts and places could not be made: ${demo.message}` : toAccounts(demo)}

  Ctrl-C ends it and keeps its data. To start anew: npm run dev -- --fresh
`;
}

function toAccounts(demo: Demo): string {
  return `
  Accounts  guest@roost.test  host@roost.test  staff@roost.test
  Password  ${DEMO_PASSWORD}
  TOTP      ${demo.totpSecret ?? 'unknown here; --fresh makes a new one'}   (staff)`;
}
