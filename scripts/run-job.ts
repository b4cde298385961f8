import { newId } from '../src/kernel/ids.ts';
import { runWrangler } from './run-wrangler.ts';

const POLL_MS = 1_000;
const PATIENCE_MS = 15 * 60_000;

/** Which instance: a deployed one, or that of npm run dev. */
export const PLACE = {
  env: { type: 'string' },
  state: { type: 'string', default: '.wrangler/state' },
  port: { type: 'string', default: '8787' },
} as const;
type Place = { readonly env?: string | undefined; readonly state: string; readonly port: string };
type Result = Readonly<Record<string, number>>;

/** Asks for a job by the same message as the daily run, and waits for the result that it leaves in `sweep`. */
export async function runJob(place: Place, job: { readonly kind: string }, result: string): Promise<Result> {
  const before = await readResult(place, result);
  const id = newId('out', Date.now());
  const message = JSON.stringify({ id, ...job });
  await execute(
    place,
    `INSERT INTO outbox (id, queue, body, next_attempt_at) VALUES ('${id}', 'jobs', '${message}', 0)`,
  );
  // Deployed, the minute's own sweep sends the message.
  if (place.env === undefined)
    await fetch(`http://localhost:${place.port}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`);
  for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; ) {
    const found = await readResult(place, result);
    if (found !== null && found.at !== before?.at) return found;
    await new Promise((done) => setTimeout(done, POLL_MS));
  }
  throw new Error('No result so far. The job goes on, and says in the log when it has ended.');
}

async function readResult(place: Place, name: string): Promise<Result | null> {
  const rows = await execute(place, `SELECT cursor FROM sweep WHERE name = '${name}'`);
  const [row] = rows as { cursor: string }[];
  return row ? (JSON.parse(row.cursor) as Result) : null;
}

export async function execute({ env, state }: Place, command: string): Promise<unknown[]> {
  const where = env ? ['--remote', '--env', env] : ['--local', '--persist-to', state];
  const output = await runWrangler('d1', 'execute', 'DB', ...where, '--json', '--command', command);
  return (JSON.parse(output) as { results: unknown[] }[]).at(-1)?.results ?? [];
}
