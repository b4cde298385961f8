import { createApp, createRefusingApp } from './app.ts';
import { Book } from './book/book-object.ts';
import { bookingCopies, releaseHolds } from './bookings/index.ts';
import { runCron } from './cron.ts';
import { SettingsError, settingsOf } from './env.ts';
import { moneyCopies, sendEffects } from './payments/index.ts';
import { createSink } from './platform/book-sink.ts';
import { openClock } from './platform/clock.ts';
import { createLog } from './platform/log.ts';
import { propertyCopies } from './properties/index.ts';
import { consume } from './queues.ts';
import { tellSearch } from './search/index.ts';

export { HostBalance } from './payments/host-balance-object.ts';
export { Limiter } from './platform/limiter-object.ts';

/** The book, where D1 and the clock are. */
export class PropertyBook extends Book {
  protected openSink() {
    const sink = createSink(this.env.DB, { ...propertyCopies, ...bookingCopies, ...moneyCopies });
    const told = tellSearch(releaseHolds(sink, this.env.LIMITERS), this.env.SEARCH_INDEX_QUEUE);
    return sendEffects(told, this.env.EFFECTS_QUEUE);
  }

  protected openClock() {
    return openClock(this.env.SANDBOX);
  }
}

const app = createApp();

/** Nothing at all is served, consumed or swept on settings that are refused; the log and the answer say which. */
export default {
  fetch(request, env, execution) {
    const refused = refusedSettings(env);
    if (refused) return createRefusingApp(refused.problems).fetch(request);
    return app.fetch(request, env, execution);
  },
  queue(batch, env, execution) {
    const refused = refusedSettings(env);
    if (refused) throw refused;
    return consume(batch, env, execution);
  },
  scheduled(controller, env, execution) {
    const refused = refusedSettings(env);
    if (refused) throw refused;
    return runCron(controller, env, execution);
  },
} satisfies ExportedHandler<Cloudflare.Env>;

function refusedSettings(env: Cloudflare.Env): SettingsError | null {
  try {
    settingsOf(env);
    return null;
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    createLog({}).error('service.misconfigured', { problems: error.problems.join('; ') });
    return error;
  }
}
