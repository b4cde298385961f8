import type { Tally } from './meter.ts';

/**
 * Exact counting, race-free because one Durable Object serves a subject. Attempts are counted before
 * the work they guard; a success gives the count back. Holds are taken by the many who do no wrong: the subjects
 * of a shard have one object together, which is there already when one of them comes for the first time.
 */
export type LimitRule = {
  readonly name: string;
  readonly limit: number;
  readonly windowSeconds: number;
  /** After `free` attempts each next one must wait: `baseSeconds`, then twice as long, and so on. */
  readonly backoff?: { readonly free: number; readonly baseSeconds: number; readonly maxSeconds: number };
};

export type Taken =
  | { readonly allowed: true; readonly counts: Readonly<Record<string, number>> }
  | { readonly allowed: false; readonly rule: string; readonly retryAfterSeconds: number };

/**
 * One of a few things that somebody may have at once, until it ends by itself. It is asked for under a claim,
 * which has one meaning and one hold for as long as it lives: asked again, it takes nothing more.
 */
export type Hold = {
  readonly id: string;
  readonly limit: number;
  readonly expiresAt: number;
  /** A challenge was solved, which is asked of whoever has let one lapse. */
  readonly challenged: boolean;
  readonly claim: { readonly name: string; readonly meaning: string; readonly expiresAt: number };
};
/** `id` is that of the claim's first hold, which is had now or not any more. */
export type HoldAnswer =
  | 'full'
  | 'challenge'
  | 'claimed_otherwise'
  | { readonly id: string; readonly isLive: boolean };

export type Limiter = {
  take(subject: string, rules: readonly LimitRule[], nowMs: number): Promise<Taken>;
  clear(subject: string, names: readonly string[]): Promise<void>;
  hold(subject: string, hold: Hold, nowMs: number): Promise<HoldAnswer>;
  /** One that was let lapse is remembered until then. */
  release(subject: string, id: string, lapsedUntilMs?: number): Promise<void>;
};

export type LimiterStub = {
  take(rules: readonly LimitRule[], nowMs: number): Promise<Taken>;
  clear(names: readonly string[]): Promise<void>;
  hold(subject: string, hold: Hold, nowMs: number): Promise<HoldAnswer>;
  release(subject: string, id: string, lapsedUntilMs?: number): Promise<void>;
};

/** With another number of them, whoever holds something would be asked elsewhere, where nothing is known of it. */
const HOLD_SHARDS = 32;

/** The name of the object that knows what a subject holds. */
export function holdShardOf(subject: string): string {
  let hash = 0;
  for (let at = 0; at < subject.length; at++) hash = (Math.imul(hash, 31) + subject.charCodeAt(at)) >>> 0;
  return `hold-shard:${hash % HOLD_SHARDS}`;
}

export type LimiterNamespace = { getByName(name: string): LimiterStub };

export function createLimiter(namespace: LimiterNamespace, tally: Tally): Limiter {
  return {
    take(subject, rules, nowMs) {
      tally.limiterHops += 1;
      return namespace.getByName(subject).take(rules, nowMs);
    },
    clear(subject, names) {
      tally.limiterHops += 1;
      return namespace.getByName(subject).clear(names);
    },
    hold(subject, hold, nowMs) {
      tally.limiterHops += 1;
      return namespace.getByName(holdShardOf(subject)).hold(subject, hold, nowMs);
    },
    release(subject, id, lapsedUntilMs) {
      tally.limiterHops += 1;
      return namespace.getByName(holdShardOf(subject)).release(subject, id, lapsedUntilMs);
    },
  };
}

export type Count = { count: number; startedAt: number; blockedUntil: number };

/** Pure: what one more attempt does to a count. Seconds to wait, or the count after the attempt. */
export function countAttempt(
  before: Count | null,
  rule: LimitRule,
  nowMs: number,
): { wait: number } | { after: Count } {
  const windowEndsAt = (before?.startedAt ?? nowMs) + rule.windowSeconds * 1_000;
  const open = before !== null && nowMs < windowEndsAt ? before : null;
  const fullUntil = open && open.count >= rule.limit ? windowEndsAt : 0;
  const closedUntil = Math.max(before?.blockedUntil ?? 0, fullUntil);
  if (nowMs < closedUntil) return { wait: Math.ceil((closedUntil - nowMs) / 1_000) };

  const count = (open?.count ?? 0) + 1;
  const over = rule.backoff ? count - rule.backoff.free : 0;
  const delaySeconds =
    rule.backoff && over >= 0 ? Math.min(rule.backoff.baseSeconds * 2 ** over, rule.backoff.maxSeconds) : 0;
  return {
    after: { count, startedAt: open?.startedAt ?? nowMs, blockedUntil: nowMs + delaySeconds * 1_000 },
  };
}
