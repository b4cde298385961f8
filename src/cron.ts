import { type Context, createContext } from './context.ts';
import { settingsOf } from './env.ts';
import { recheckPayments, retryPayouts, startReconciliation, tallyBooks } from './payments/index.ts';
import { sealAudit, verifyAudit } from './platform/audit.ts';
import { openClock } from './platform/clock.ts';
import type { Database } from './platform/database.ts';
import { forgetExpired } from './privacy/index.ts';
import { startComparison, sweepBooks, sweepFeeds } from './properties/index.ts';
import { refreshRates, startLooks } from './search/index.ts';

/**
 * Cron → job. Every run is a whole sweep that can be cut off anywhere and taken up by the next; a job that
 * fails holds up no other.
 */
type Job = (ctx: Context) => Promise<number>;

const EVERY_MINUTE: Readonly<Record<string, Job>> = {
  sweepOutbox: (ctx) => ctx.sweepOutbox(),
  sealAudit: (ctx) => sealAudit(ctx.db as Database, ctx.keyring, ctx.archive),
  sweepBooks: (ctx) => sweepBooks(ctx, tallyBooks),
  sweepFeeds,
  recheckPayments,
  refreshRates,
  startLooks,
};
const DAILY: Readonly<Record<string, Job>> = {
  forgetExpired,
  checkAudit,
  startComparison,
  startReconciliation,
  retryPayouts,
};
const JOBS: Readonly<Record<string, Readonly<Record<string, Job>>>> = {
  '* * * * *': EVERY_MINUTE,
  '17 3 * * *': DAILY,
};

export async function runCron(
  controller: Pick<ScheduledController, 'cron'>,
  env: Cloudflare.Env,
  execution: Pick<ExecutionContext, 'waitUntil'>,
): Promise<void> {
  await runJobs(JOBS[controller.cron] ?? {}, env, execution);
}

/** Everything at once, after the sandbox moved the clock. */
export const runDueJobs = (env: Cloudflare.Env, execution: Pick<ExecutionContext, 'waitUntil'>) =>
  runJobs({ ...EVERY_MINUTE, ...DAILY }, env, execution);

async function runJobs(
  jobs: Readonly<Record<string, Job>>,
  env: Cloudflare.Env,
  execution: Pick<ExecutionContext, 'waitUntil'>,
): Promise<void> {
  const clock = await openClock(env.SANDBOX);
  for (const [name, job] of Object.entries(jobs)) {
    const actor = { kind: 'system', job: `cron:${name}` } as const;
    const client = { ip: 'internal', userAgent: null };
    const ctx = createContext(env, settingsOf(env), clock, execution, { actor, client });
    try {
      const count = await job(ctx);
      ctx.log.info('job.done', { job: name, count, ...ctx.tally });
    } catch (error) {
      ctx.log.error('job.failed', { job: name, error });
    }
  }
}

/** A broken trail is news for people: nothing here could mend it without hiding it. */
async function checkAudit(ctx: Context): Promise<number> {
  const broken = await verifyAudit(ctx.db, ctx.keyring, ctx.archive);
  if (broken) ctx.log.error('audit.broken', broken);
  return broken ? 1 : 0;
}
