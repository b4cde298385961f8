import ICAL from 'ical.js';
import { DAY, HOUR, MINUTE, SECOND } from '../../kernel/clock.ts';
import { DATE, type Moment } from './walls.ts';

/** A recurrence rule as ical.js reads it: `freq`, `interval`, `count` and the BY parts. */
export type Rule = Readonly<Record<string, unknown>>;

export type Window = {
  readonly fromMs: number;
  readonly toMs: number;
};

type RuleData = ConstructorParameters<typeof ICAL.Recur>[0];

const MAX_OCCURRENCES = 1_000;
const MAX_INTERVAL = 1_000;
const MAX_RULE_STEPS = 30_000;
const STEPS_TO_BEGIN = 20;
/** Every 28 years the days of the week fall on the same dates, so what is not found by then is not there. */
const MAX_YEARS_BEYOND = 30;
const DAY_PARTS = ['byday', 'bymonthday', 'byyearday', 'bymonth', 'bysetpos'];
const TIME_PARTS = ['bysecond', 'byminute', 'byhour'];
/** An unknown part would change the meaning, and of BYWEEKNO ical.js finds no occurrence. */
const KNOWN = new Set(['', 'freq', 'until', 'count', 'interval', 'wkst', ...DAY_PARTS, ...TIME_PARTS]);
const EVEN_STEPS: Readonly<Record<string, number>> = {
  SECONDLY: SECOND,
  MINUTELY: MINUTE,
  HOURLY: HOUR,
  DAILY: DAY,
  WEEKLY: 7 * DAY,
};

/**
 * Where a rule's occurrences begin, on the wall of `start`, as far as they touch the window. Throws when the
 * rule cannot be followed; `isCut` when it has more occurrences in the window than are looked at.
 */
export function followRule(
  rule: Rule,
  start: Moment,
  lengthMs: number,
  untilMs: number,
  window: Window,
  spend: (steps: number) => void,
): { starts: number[]; isCut: boolean } {
  const isDate = start.frame === DATE;
  const interval = Number(rule.interval ?? 1);
  const isCounted = rule.count !== undefined;
  requireTame(rule, interval, isDate);
  spend(STEPS_TO_BEGIN);

  const earliestMs = window.fromMs - lengthMs;
  const latestMs = Math.min(untilMs, window.toMs);
  if (start.wallMs > latestMs) return { starts: [], isCut: false };
  const evenMs = isCounted ? undefined : EVEN_STEPS[String(rule.freq)];
  const skipped = evenMs ? Math.floor((earliestMs - start.wallMs) / (evenMs * interval)) : 0;
  const firstMs = start.wallMs + Math.max(0, skipped) * (evenMs ?? 0) * interval;

  let steps = 0;
  const iterator = new MeteredIterator({
    rule: toRecur(rule, latestMs, isDate),
    dtstart: toTime(firstMs, isDate),
    latestYear: new Date(latestMs).getUTCFullYear(),
    spend(count) {
      spend(count);
      if ((steps += count) > MAX_RULE_STEPS) throw new Error('The rule takes too many steps');
    },
  });
  const starts: number[] = [];
  for (let next = iterator.next(); next; next = iterator.next()) {
    const wallMs = next.toUnixTime() * SECOND;
    if (wallMs > latestMs) break;
    if (wallMs < earliestMs) continue;
    if (starts.length === MAX_OCCURRENCES) return { starts, isCut: true };
    starts.push(wallMs);
  }
  return { starts, isCut: false };
}

function requireTame(rule: Rule, interval: number, isDate: boolean): void {
  const isKnown = Object.keys(rule).every((part) => KNOWN.has(part));
  const isCountable = rule.count === undefined || Number(rule.count) >= 1;
  const isWholeDays = !isDate || !['SECONDLY', 'MINUTELY', 'HOURLY'].includes(String(rule.freq));
  if (!isKnown || !isCountable || !isWholeDays || !(interval <= MAX_INTERVAL)) {
    throw new Error('The rule cannot be followed');
  }
}

function toRecur(rule: Rule, latestMs: number, isDate: boolean) {
  const parts = Object.entries(rule).filter(
    ([part]) => part !== '' && part !== 'until' && !(isDate && TIME_PARTS.includes(part)),
  );
  return ICAL.Recur.fromData({ ...Object.fromEntries(parts), until: toTime(latestMs, isDate) } as RuleData);
}

/** Without a zone, so that ical.js counts on the wall and never looks a zone up. */
function toTime(wallMs: number, isDate: boolean) {
  const at = new Date(wallMs);
  const day = { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
  const time = { hour: at.getUTCHours(), minute: at.getUTCMinutes(), second: at.getUTCSeconds() };
  return ICAL.Time.fromData(isDate ? { ...day, isDate } : { ...day, ...time, isDate });
}

type Iterator = InstanceType<typeof ICAL.RecurIterator>;
type MeteredOptions = ConstructorParameters<typeof ICAL.RecurIterator>[0] & {
  latestYear: number;
  spend(steps: number): void;
};

/**
 * ical.js looks for the next occurrence without end where a rule has none, such as the 30th of February.
 * Each of its loops passes through one of these methods.
 */
class MeteredIterator extends ICAL.RecurIterator {
  declare options: MeteredOptions;

  constructor(options: MeteredOptions) {
    super(options);
  }

  /** Called by the constructor above, before any field of this class could exist. */
  override fromData(options: MeteredOptions): void {
    this.options = options;
    super.fromData(options);
  }

  private step(): void {
    const { latestYear, spend } = this.options;
    spend(1);
    // ical.js also remembers every day that it has seen.
    if (this.last.year > latestYear + MAX_YEARS_BEYOND) throw new Error('The rule never comes true');
  }

  override check_contracting_rules(): boolean {
    this.step();
    return this.last.year > this.options.latestYear || super.check_contracting_rules();
  }

  override increment_month(): void {
    this.step();
    super.increment_month();
  }

  override expand_year_days(year: number): number {
    this.step();
    return super.expand_year_days(year);
  }

  override ruleDayOfWeek(...day: Parameters<Iterator['ruleDayOfWeek']>): unknown[] {
    this.step();
    return super.ruleDayOfWeek(...day);
  }
}
