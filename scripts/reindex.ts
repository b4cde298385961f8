// npm run reindex [-- --port 8787] [--state DIR]      the instance of npm run dev
// npm run reindex -- --env production                 a deployed one
// npm run reindex -- --restored                       after D1 went back to an earlier moment
import { parseArgs } from 'node:util';
import { newId } from '../src/kernel/ids.ts';
import { runWrangler } from './run-wrangler.ts';

const options = {
  env: { type: 'string' },
  state: { type: 'string', default: '.wrangler/state' },
  port: { type: 'string', default: '8787' },
  restored: { type: 'boolean', default: false },
} as const;
const { env, state, port, restored } = parseArgs({ options }).values;
const where = env ? ['--remote', '--env', env] : ['--local', '--persist-to', state];
const id = newId('out', Date.now());
const message = JSON.stringify({ id, kind: 'reindex', after: '', done: 0, restored });
const command = `INSERT INTO outbox (id, queue, body, next_attempt_at) VALUES ('${id}', 'jobs', '${message}', 0)`;
await runWrangler('d1', 'execute', 'DB', ...where, '--command', command);
// Deployed, the minute's own sweep sends the message.
if (!env) await fetch(`http://localhost:${port}/cdn-cgi/handler/scheduled?cron=*+*+*+*+*`);
console.log('The index is being made anew; its end is in the log as search.reindexed.');
