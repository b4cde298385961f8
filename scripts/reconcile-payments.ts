// npm run reconcile:payments [-- --days 30] [--port 8787] [--state DIR]      the instance of npm run dev
// npm run reconcile:payments -- --env production                             a deployed one
import { parseArgs } from 'node:util';
import { execute, PLACE, runJob } from './run-job.ts';

/** The payment providers' books are compared with ours, and what differs is listed. */
const { days, ...place } = parseArgs({ options: { ...PLACE, days: { type: 'string' } } }).values;
if (days !== undefined && !/^[1-9]\d{0,2}$/.test(days)) throw new Error('--days takes a number of days');
const job = { kind: 'start_reconciliation', days: days === undefined ? null : Number(days) };
const { checked, found } = await runJob(place, job, 'reconciliation');
console.log(`${checked} records compared, ${found} of them differ.`);

const columns = 'provider, kind, subject, our_amount, our_currency, their_amount, their_currency';
const since = "datetime(first_seen_at / 1000, 'unixepoch') AS since";
const rows = await execute(
  place,
  `SELECT ${columns}, ${since} FROM discrepancy WHERE resolved_at IS NULL ORDER BY first_seen_at LIMIT 200`,
);
if (rows.length > 0) console.table(rows);
