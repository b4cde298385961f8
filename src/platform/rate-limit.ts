import type { Settings } from '../env.ts';
import { type Clock, MINUTE, SECOND } from '../kernel/clock.ts';
import { RateLimited } from './errors.ts';

/**
 * The cheap shield in front of everything. Cloudflare's binding counts per location and answers only yes
 * or no, so what is left is an estimate from what this isolate saw; exact limits are the Limiter's.
 */
export type RateLimitClass = 'default' | 'auth';
export type RateLimiters = Readonly<Record<RateLimitClass, Pick<RateLimit, 'limit'>>>;

const WINDOW_SECONDS = MINUTE / SECOND;
const MAX_TRACKED = 10_000;
let window = 0;
let seen = new Map<string, number>();

export const rateLimitClass = (path: string): RateLimitClass =>
  path.startsWith('/v1/auth/') ? 'auth' : 'default';

/** Returns the headers that tell a client where it stands; throws when it is over. */
export async function shield(
  limiters: RateLimiters,
  settings: Settings,
  name: RateLimitClass,
  subject: string,
  clock: Clock,
): Promise<Record<string, string>> {
  const quota = name === 'auth' ? settings.authRateLimit : settings.rateLimit;
  const second = Math.floor(clock.now() / SECOND);
  const resetSeconds = WINDOW_SECONDS - (second % WINDOW_SECONDS);
  const { success } = await limiters[name].limit({ key: `${name}:${subject}` });
  if (!success) throw RateLimited({ retryAfterSeconds: resetSeconds });

  const left = Math.max(0, quota - countHere(`${name}:${subject}`, Math.floor(second / WINDOW_SECONDS)));
  return {
    'ratelimit-policy': `"${name}";q=${quota};w=${WINDOW_SECONDS}`,
    ratelimit: `"${name}";r=${left};t=${resetSeconds}`,
  };
}

function countHere(key: string, currentWindow: number): number {
  if (currentWindow !== window || seen.size >= MAX_TRACKED) {
    window = currentWindow;
    seen = new Map();
  }
  const count = (seen.get(key) ?? 0) + 1;
  seen.set(key, count);
  return count;
}
