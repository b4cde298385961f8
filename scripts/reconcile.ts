// npm run reconcile [-- --port 8787] [--state DIR]      the instance of npm run dev
// npm run reconcile -- --env production                 a deployed one
import { parseArgs } from 'node:util';
import { newId } from '../src/kernel/ids.ts';
import { runWrangler } from './run-wrangler.ts';

const POLL_MS = 1_000;
const PATIENCE_MS = 15 * 60_000;

export type Comparison = { readonly at: number; readonly checked: number; readonly mended: number };

/** Asks for every book to be compared with D1, by the same message as the daily job, and waits for the result. */
export async function reconcile(where: readonly string[], wake: () => Promise<unknown>): Promise<Comparison> {
  const before = await readResult(where);
  const id = newId('out', Date.now());
  const message = JSON.stringify({ id, kind: 'compare_books', after: '', checked: 0, mended: 0 });
  await execute(
    where,
    `INSERT INTO outbox (id, queue, body, next_attempt_at) VALUES ('${id}', 'jobs', '${message}', 0)`,
  );
  await wake();
  const deadline = Date.now() + PATIENCE_MS;
  while (Date.now() < deadline) {
    const result = await readResult(where);
    if (result !== null && result.at !== before?.at) return result;
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  throw new Error('No result so far. The comparison goes on; its end is in the log as books.compared.');
}

async function readResult(where: readonly string[]): Promise<Comparison | null> {
  const rows = await execute(where, "SELECT cursor FROM sweep WHERE name = 'comparison'");
  const [row] = rows as { cursor: string }[];
  return row ? (JSON.parse(row.cursor) as Comparison) : null;
}

async function execute(where: readonly string[], command: string): Promise<unknown[]> {
  const output = await runWrangler('d1', 'execute', 'DB', ...where, '--json', '--command', command);
  return (JSON.parse(output) as { results: unknown[] }[]).at(-1)?.results ?? [];
}

if (import.meta.main) {
  const options = {
    env: { type: 'string' },
    state: { type: 'string', default: '.wrangler/state' },
    port: { type: 'string', default: '8787' },
  } as const;
  const { env, state, port } = parseArgs({ options }).values;
  const where = env ? ['--remote', '--env', env] : ['--local', '--persist-to', state];
  // Deployed, the minute's own sweep sends the message.
  const url = `http://localhost:${port}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`;
  const { checked, mended } = await reconcile(where, async () => (env ? null : fetch(url)));
  console.log(`${checked} books compared with D1, ${mended} sent their copy again.`);
}
