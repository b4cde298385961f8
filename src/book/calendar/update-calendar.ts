import { addNights, type Night, nightsOf } from '../../kernel/stay.ts';
import { nightAt } from '../../kernel/zone.ts';
import { type Call, isRefused, type Outcome, openFor, refuse } from '../command.ts';
import { commit, unchanged } from '../commit.ts';
import type { NightOverride } from '../facts.ts';
import type { CalendarChange } from '../schemas.ts';
import { offerOpenedNights } from '../stays/offer-nights.ts';
import type { Transactor } from '../store/transactor.ts';
import { MAX_DAYS_AHEAD } from './limits.ts';
import { loadState } from './load-state.ts';
import { type ShownCalendar, showDays } from './show-days.ts';

const MAX_DAYS_BACK = 366;

/** All changes at once or none; comes back with the days that they name, as they are then. */
export function updateCalendar(
  tx: Transactor,
  call: Call,
  changes: readonly CalendarChange[],
): Outcome<ShownCalendar, 'archived' | 'beyond_calendar'> {
  const facts = openFor(tx, call, 'calendar');
  if (isRefused(facts)) return facts;
  if (facts.status === 'archived') return refuse('archived');
  const today = nightAt(call.now, facts.timeZone).night;
  const beyond = changes.findIndex(
    ({ from, to }) => from < addNights(today, -MAX_DAYS_BACK) || to > addNights(today, MAX_DAYS_AHEAD),
  );
  if (beyond >= 0) return refuse('beyond_calendar', [beyond]);

  const named = changes.map((change) =>
    nightsOf({ checkIn: change.from, checkOut: addNights(change.to, 1) }),
  );
  const nights = [...new Set(named.flat())].sort();
  const [first, last] = [nights[0] as Night, nights.at(-1) as Night];
  const before = tx.overrides(first, addNights(last, 1));
  const after = new Map(before);
  for (const [index, change] of changes.entries()) {
    for (const night of named[index] ?? []) after.set(night, applied(after.get(night) ?? {}, change));
  }
  const moved = nights.filter((night) => !same(before.get(night) ?? {}, after.get(night) ?? {}));
  for (const night of moved) tx.override(night, after.get(night) ?? {});

  const asOfNow = (): ShownCalendar => {
    const state = loadState(tx, facts, first, addNights(last, 1));
    const { currency, days } = showDays(state, { from: first, to: last }, call.now, 'host');
    const shown = new Set(nights);
    return { currency, days: days.filter(({ date }) => shown.has(date)) };
  };
  if (moved.length === 0) return unchanged(tx, asOfNow());
  tx.touchCalendar(call.now);
  const audit = { action: 'calendar.changed', data: { from: first, to: last, nights: moved.length } };
  const said = (overrides: ReadonlyMap<Night, NightOverride>) =>
    moved.map((night) => ({ night, ...overrides.get(night) }));
  const calendar = moved
    .filter((night) => before.get(night)?.available !== after.get(night)?.available)
    .map((night) => ({
      from: night,
      to: addNights(night, 1),
      available: after.get(night)?.available !== false,
    }));
  const event = {
    type: 'calendar.changed',
    data: { nights: said(after), calendar },
    previous: { nights: said(before) },
  };
  const changed = commit(tx, call, { audit, event, value: asOfNow });
  offerOpenedNights(tx, call);
  return changed.ok ? { ...changed, value: asOfNow() } : changed;
}

const FIELDS = ['available', 'price', 'minNights', 'note'] as const;

/** In the order of FIELDS, so that equal ones are written alike. */
function applied(before: NightOverride, change: CalendarChange): NightOverride {
  const after = FIELDS.flatMap((field) => {
    const value = change[field] === undefined ? before[field] : change[field];
    // A night is open unless it was closed, so opening it leaves nothing to remember.
    return value === undefined || value === null || (field === 'available' && value === true)
      ? []
      : [[field, value]];
  });
  return Object.fromEntries(after) as NightOverride;
}

const same = (a: NightOverride, b: NightOverride) => JSON.stringify(a) === JSON.stringify(b);
