// npm run reconcile [-- --port 8787] [--state DIR]      the instance of npm run dev
// npm run reconcile -- --env production                 a deployed one
import { parseArgs } from 'node:util';
import { PLACE, runJob } from './run-job.ts';

/** Every book is compared with D1. */
const { values } = parseArgs({ options: PLACE });
const job = { kind: 'compare_books', after: '', checked: 0, mended: 0 };
const { checked, mended } = await runJob(values, job, 'comparison');
console.log(`${checked} books compared with D1, ${mended} sent their copy again.`);
