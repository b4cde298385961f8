import type { Context } from './context.ts';
import { createContext } from './context.ts';
import { settingsOf } from './env.ts';
import { sendMail } from './notifications/index.ts';
import {
  consumeProviderEvents,
  lookAtPayment,
  payHost,
  performEffect,
  reconciliationJobs,
  retryPayoutsOf,
  tallyBooks,
} from './payments/index.ts';
import { openClock } from './platform/clock.ts';
import { keepDeadLetter } from './platform/dead-letters.ts';
import { onceOnly } from './platform/inbox.ts';
import { privacyJobs } from './privacy/index.ts';
import { compareBooks, propertyJobs } from './properties/index.ts';
import { composeNewPlaces, indexProperties, searchJobs } from './search/index.ts';

/**
 * Queue → consumer, and the one retry policy: a message is acknowledged when its consumer is done, comes
 * back later and later when it failed, and ends in the dead-letter table when it failed too often. One bad
 * message holds up nobody else's.
 */
type Consumer = (ctx: Context, message: unknown, messageId: string, attempts: number) => Promise<void>;
/** Of a queue whose messages are better done together: null for each that is done. */
type BatchConsumer = (ctx: Context, messages: readonly unknown[]) => Promise<readonly (Error | null)[]>;

type Job = (ctx: Context, message: unknown) => Promise<void>;
const JOBS: Readonly<Record<string, Job>> = {
  ...privacyJobs,
  ...propertyJobs,
  retry_payouts: retryPayoutsOf,
  ...reconciliationJobs,
  ...searchJobs,
  compare_books: (ctx, message) => compareBooks(ctx, message, tallyBooks),
};

function doJob(ctx: Context, message: { kind: string }): Promise<void> {
  const job = JOBS[message.kind];
  if (!job) throw new Error(`Nobody does the job ${message.kind}`);
  return job(ctx, message);
}

const CONSUMERS: Readonly<Record<string, Consumer>> = {
  mail: onceOnly((ctx, message) => sendMail(ctx, message, { new_places: composeNewPlaces })),
  jobs: onceOnly(doJob),
  // What happened is known to the book, which does nothing twice.
  effects(ctx, message, _, attempts) {
    const { kind } = message as { kind: string };
    if (kind === 'look') return lookAtPayment(ctx, message as never);
    if (kind === 'pay_host') return payHost(ctx, message as never);
    return performEffect(ctx, message as never, attempts);
  },
};
const TOGETHER: Readonly<Record<string, BatchConsumer>> = {
  'provider-events': consumeProviderEvents,
  'search-index': indexProperties,
};
const FIRST_DELAY_SECONDS = 5;
const MAX_DELAY_SECONDS = 3_600;

export async function consume(
  batch: MessageBatch,
  env: Cloudflare.Env,
  execution: Pick<ExecutionContext, 'waitUntil'>,
): Promise<void> {
  const clock = await openClock(env.SANDBOX);
  const settings = settingsOf(env);
  const isDead = batch.queue.endsWith('-dead');
  const queue = batch.queue.replace(/^roost-(?:(?:staging|production)-)?/, '').replace(/-dead$/, '');

  const actor = { kind: 'system', job: `queue:${queue}` } as const;
  const client = { ip: 'internal', userAgent: null };
  const open = () => createContext(env, settings, clock, execution, { actor, client });
  const together = isDead ? undefined : TOGETHER[queue];
  if (together) {
    const ctx = open();
    const bodies = batch.messages.map(({ body }) => body);
    const results = await together(ctx, bodies).catch((error: Error) => bodies.map(() => error));
    for (const [index, message] of batch.messages.entries())
      end(ctx, batch.queue, message, results[index] ?? null);
    return;
  }
  for (const message of batch.messages) {
    const ctx = open();
    const consumer = isDead ? keepDeadLetter(queue) : (CONSUMERS[queue] ?? refuseUnknown(queue));
    const result = await consumer(ctx, message.body, message.id, message.attempts).then(
      () => null,
      (error: Error) => error,
    );
    end(ctx, batch.queue, message, result);
  }
}

function end({ log, tally }: Context, queue: string, message: Message, error: Error | null): void {
  const { id: messageId, attempts } = message;
  if (error === null) {
    message.ack();
    log.info('message.done', { queue, messageId, ...tally });
    return;
  }
  message.retry({ delaySeconds: retryDelaySeconds(attempts) });
  log.warn('message.failed', { queue, messageId, attempts, error });
}

/** Doubles with each attempt, with up to half as much again so that a crowd does not return at once. */
export function retryDelaySeconds(attempts: number, random = Math.random): number {
  const base = Math.min(FIRST_DELAY_SECONDS * 2 ** Math.max(0, attempts - 1), MAX_DELAY_SECONDS);
  return Math.round(base * (1 + random() / 2));
}

const refuseUnknown =
  (queue: string): Consumer =>
  async () => {
    throw new Error(`No consumer for ${queue}`);
  };
