import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Count, countAttempt, type LimitRule } from '../../src/platform/limiter.ts';

const rules: fc.Arbitrary<LimitRule> = fc.record(
  {
    name: fc.constant('rule'),
    limit: fc.integer({ min: 1, max: 20 }),
    windowSeconds: fc.integer({ min: 1, max: 3_600 }),
    backoff: fc.record({
      free: fc.integer({ min: 1, max: 10 }),
      baseSeconds: fc.integer({ min: 1, max: 5 }),
      maxSeconds: fc.integer({ min: 5, max: 900 }),
    }),
  },
  { requiredKeys: ['name', 'limit', 'windowSeconds'] },
);
const pauses = fc.array(fc.oneof(fc.constant(0), fc.nat(2_000), fc.nat(4_000_000)), { maxLength: 80 });

type Attempt = { atMs: number; before: Count | null; result: ReturnType<typeof countAttempt> };

function attemptAll(rule: LimitRule, pausesMs: readonly number[]): Attempt[] {
  let count: Count | null = null;
  let atMs = 1_000_000;
  return pausesMs.map((pauseMs) => {
    atMs += pauseMs;
    const before = count;
    const result = countAttempt(before, rule, atMs);
    if ('after' in result) count = result.after;
    return { atMs, before, result };
  });
}

const allowed = (attempts: readonly Attempt[]) => attempts.filter(({ result }) => 'after' in result);

test('no window ever lets through more attempts than its limit', () => {
  fc.assert(
    fc.property(rules, pauses, (rule, pausesMs) => {
      const perWindow = new Map<number, number>();
      for (const { result } of allowed(attemptAll(rule, pausesMs))) {
        const { startedAt } = (result as { after: Count }).after;
        perWindow.set(startedAt, (perWindow.get(startedAt) ?? 0) + 1);
      }
      expect(Math.max(0, ...perWindow.values())).toBeLessThanOrEqual(rule.limit);
      const starts = [...perWindow.keys()];
      for (const [index, start] of starts.slice(1).entries()) {
        expect(start - (starts[index] as number)).toBeGreaterThanOrEqual(rule.windowSeconds * 1_000);
      }
    }),
  );
});

test('from the first attempt after the free ones, each wait is twice the one before, up to the longest', () => {
  fc.assert(
    fc.property(rules, pauses, (rule, pausesMs) => {
      const { backoff } = rule;
      const passed = allowed(attemptAll(rule, pausesMs));
      for (const [index, { atMs, result }] of passed.entries()) {
        const { count, blockedUntil } = (result as { after: Count }).after;
        const over = backoff ? count - backoff.free : -1;
        const waitSeconds =
          over < 0 ? 0 : Math.min(2 ** over * (backoff?.baseSeconds ?? 0), backoff?.maxSeconds ?? 0);
        expect(blockedUntil - atMs).toBe(waitSeconds * 1_000);
        expect(passed[index + 1]?.atMs ?? blockedUntil).toBeGreaterThanOrEqual(blockedUntil);
      }
    }),
  );
});

test('who is told to wait gets in after that many seconds, and not a second sooner', () => {
  fc.assert(
    fc.property(rules, pauses, (rule, pausesMs) => {
      for (const { atMs, before, result } of attemptAll(rule, pausesMs)) {
        if (!('wait' in result)) continue;
        expect(Number.isInteger(result.wait) && result.wait >= 1).toBe(true);
        expect(countAttempt(before, rule, atMs + result.wait * 1_000)).toHaveProperty('after');
        expect(countAttempt(before, rule, atMs + (result.wait - 1) * 1_000)).toHaveProperty('wait');
      }
    }),
  );
});

test('a refused attempt changes nothing, and a cleared count starts from the beginning', () => {
  fc.assert(
    fc.property(rules, pauses, (rule, pausesMs) => {
      for (const { before, atMs, result } of attemptAll(rule, pausesMs)) {
        const frozen = before && Object.freeze({ ...before });
        expect(countAttempt(frozen, rule, atMs)).toEqual(result);
        expect(countAttempt(null, rule, atMs)).toMatchObject({ after: { count: 1, startedAt: atMs } });
      }
    }),
  );
});
