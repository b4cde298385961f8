import type { Settings } from './env.ts';
import type { Clock } from './kernel/clock.ts';
import { createKeyring, type Keyring } from './kernel/crypto.ts';
import { newId } from './kernel/ids.ts';
import { createProviders, type HostBalances, type Providers } from './payments/index.ts';
import { type Books, createBooks } from './platform/books.ts';
import { type Captcha, createCaptcha } from './platform/captcha.ts';
import type { CommitContext } from './platform/commit.ts';
import { openDatabase } from './platform/database.ts';
import type { Files } from './platform/files.ts';
import { type Foreign, openForeign } from './platform/foreign.ts';
import { createLimiter, type Limiter } from './platform/limiter.ts';
import { createLog, type Log } from './platform/log.ts';
import { createMailer, type Mailer } from './platform/mail.ts';
import { type Kv, meterD1, meterKv, newTally } from './platform/meter.ts';
import { createOutbound, createSend } from './platform/outbound.ts';
import { drainOutbox, sweepOutbox } from './platform/outbox.ts';
import { createRateSource, type RateSource } from './search/index.ts';

/** What a verb gets. It names no transport: REST, GraphQL, a queue and a cron job build the same thing. */
export type Context = CommitContext & {
  readonly settings: Settings;
  readonly keyring: Keyring;
  readonly limiter: Limiter;
  readonly providers: Providers;
  readonly balances: HostBalances;
  /** Where what providers tell waits to be heard. */
  readonly providerEvents: Pick<Queue, 'send'>;
  readonly books: Books;
  /** What is deployed beside the Worker. */
  readonly files: Files;
  readonly pictures: R2Bucket;
  /** Makes smaller copies of pictures; development has none. */
  readonly images: ImagesBinding | null;
  readonly foreign: Foreign;
  readonly captcha: Captcha;
  readonly mailer: Mailer;
  readonly kv: Kv;
  /** What is let, for search alone: a copy that can be made anew. */
  readonly searchDb: D1Database;
  /** Null where the fixed table counts. */
  readonly rateSource: RateSource | null;
  readonly archive: R2Bucket;
  readonly sweepOutbox: () => Promise<number>;
  /** One cheap question to each thing that everything depends on. */
  readonly probes: Readonly<Record<string, () => Promise<unknown>>>;
  readonly client: { readonly ip: string; readonly userAgent: string | null };
};

export type Caller = Pick<Context, 'actor' | 'client'> & {
  readonly requestId?: string;
  readonly log?: Log;
};

const keyrings = new WeakMap<Settings, Keyring>();

export function createContext(
  env: Cloudflare.Env,
  settings: Settings,
  clock: Clock,
  execution: Pick<ExecutionContext, 'waitUntil'>,
  caller: Caller,
): Context {
  const tally = newTally();
  const background = newTally();
  const send = createSend(env.SANDBOX);
  const outbound = createOutbound(send);
  const runId = newId('req', clock.now());
  const requestId = caller.requestId ?? runId;
  const log = caller.log ?? createLog({ requestId });
  const queues = {
    mail: env.MAIL_QUEUE,
    jobs: env.JOBS_QUEUE,
    search: env.SEARCH_INDEX_QUEUE,
    effects: env.EFFECTS_QUEUE,
    'provider-events': env.PROVIDER_EVENTS_QUEUE,
  };
  const outboxContext = { queues, clock, log };
  return {
    actor: caller.actor,
    standing: null,
    replay: null,
    clock,
    requestId,
    runId,
    settings,
    keyring: keyringOf(settings),
    tally,
    log,
    db: openDatabase(env.DB, tally),
    drain: (rows) => drainOutbox({ ...outboxContext, db: openDatabase(env.DB, background) }, rows),
    sweepOutbox: () => sweepOutbox({ ...outboxContext, db: openDatabase(env.DB, tally) }),
    limiter: createLimiter(env.LIMITERS, tally),
    books: createBooks(env.BOOKS, tally),
    providers: createProviders({ settings, clock, outbound, send, keyring: keyringOf(settings) }),
    balances: { of: (hostId) => env.BALANCES.getByName(hostId) },
    providerEvents: env.PROVIDER_EVENTS_QUEUE,
    files: env.ASSETS,
    pictures: env.PICTURES,
    images: env.IMAGES ?? null,
    foreign: openForeign(env.SANDBOX),
    captcha: createCaptcha(settings, outbound),
    mailer: createMailer(settings, outbound, env.SEND_EMAIL),
    kv: meterKv(env.KV, tally),
    searchDb: meterD1(env.SEARCH_DB, tally),
    rateSource: createRateSource(settings, send),
    archive: env.ARCHIVE,
    probes: {
      database: () => env.DB.prepare('SELECT 1').first(),
      search: () => env.SEARCH_DB.prepare('SELECT 1').first(),
      kv: () => env.KV.get('probe'),
      pictures: () => env.PICTURES.head('probe'),
      archive: () => env.ARCHIVE.head('probe'),
      limiters: () => env.LIMITERS.getByName('probe').clear([]),
      balances: () => env.BALANCES.getByName('probe').ping(),
      books: () => env.BOOKS.getByName('probe').head(),
    },
    client: caller.client,
    defer: (work) => execution.waitUntil(work),
  };
}

function keyringOf(settings: Settings): Keyring {
  let keyring = keyrings.get(settings);
  if (!keyring) {
    keyring = createKeyring(settings.masterSecret);
    keyrings.set(settings, keyring);
  }
  return keyring;
}
