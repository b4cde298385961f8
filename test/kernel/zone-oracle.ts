/**
 * Time zones by their offsets alone: `Intl` is asked how far a zone is from UTC at an instant, everything
 * else is addition. The code under test never asks that.
 */
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const FIRST = Date.UTC(2024, 0, 1);
const LAST = Date.UTC(2036, 0, 1);
/** No zone changes twice within so few days. */
const STEP = 5 * DAY;

export type Transition = { readonly at: number; readonly before: number; readonly after: number };
export type Local = { readonly date: string; readonly hour: number; readonly minute: number };
export type Zone = { readonly offsetAt: (instantMs: number) => number };

export function zoneOf(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    timeZoneName: 'longOffset',
    year: 'numeric',
  });
  return {
    offsetAt(instantMs) {
      const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(format.format(instantMs));
      if (!match) throw new Error(`${name} shows no offset`);
      const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
      const size = Number(hours) * HOUR + Number(minutes) * 60_000 + Number(seconds) * 1_000;
      return sign === '-' ? -size : size;
    },
  };
}

export function transitionsOf({ offsetAt }: Zone): Transition[] {
  const found: Transition[] = [];
  let before = offsetAt(FIRST);
  for (let start = FIRST; start < LAST; start += STEP) {
    const after = offsetAt(start + STEP);
    if (after === before) continue;
    let [early, late] = [start, start + STEP];
    while (late - early > 1_000) {
      const middle = early + Math.floor((late - early) / 2_000) * 1_000;
      if (offsetAt(middle) === before) early = middle;
      else late = middle;
    }
    found.push({ at: late, before, after });
    before = after;
  }
  return found;
}

/** As UTC fields of the instant moved by the offset. */
export function localAt({ offsetAt }: Zone, instantMs: number): Local {
  const moved = new Date(instantMs + offsetAt(instantMs)).toISOString();
  return { date: moved.slice(0, 10), hour: Number(moved.slice(11, 13)), minute: Number(moved.slice(14, 16)) };
}

/** The first instant that shows this; where none does, what the offset before the jump makes of it. */
export function instantOf({ offsetAt }: Zone, local: Local): number {
  const [year = 0, month = 0, day = 0] = local.date.split('-').map(Number);
  const asUtc = Date.UTC(year, month - 1, day, local.hour, local.minute);
  const [before, after] = [offsetAt(asUtc - 1.5 * DAY), offsetAt(asUtc + 1.5 * DAY)];
  const showing = [asUtc - before, asUtc - after].filter((at) => at + offsetAt(at) === asUtc);
  return showing.length > 0 ? Math.min(...showing) : asUtc - before;
}

/** What to look at around a change: both of its walls, either side of them, between, and the usual times. */
export function localsAround({ at, before, after }: Transition): Local[] {
  const walls = [at + before, at + after, at + (before + after) / 2];
  const near = walls.flatMap((wall) => [wall - 60_000, wall, wall + 60_000]);
  const day = Math.floor((at + before) / DAY) * DAY;
  const usual = [day, day + 11 * HOUR, day + 15 * HOUR, day + DAY, day - DAY + 15 * HOUR];
  return [...near, ...usual].map((wall) => {
    const text = new Date(wall).toISOString();
    return { date: text.slice(0, 10), hour: Number(text.slice(11, 13)), minute: Number(text.slice(14, 16)) };
  });
}

const twoDigits = (value: number) => String(value).padStart(2, '0');

type Subject = {
  localToInstant(date: string, time: string, zone: string): number;
  nightAt(instantMs: number, zone: string): { night: string; hour: number; minute: number };
};

/** Every disagreement in words, and how much was looked at. */
export function compareZone(name: string, subject: Subject) {
  const zone = zoneOf(name);
  const wrong: string[] = [];
  const transitions = transitionsOf(zone);
  let looks = 0;

  const lookAtInstant = (instantMs: number) => {
    looks++;
    const { night, hour, minute } = subject.nightAt(instantMs, name);
    const due = localAt(zone, instantMs);
    if (night !== due.date || hour !== due.hour || minute !== due.minute)
      wrong.push(`${name} at ${new Date(instantMs).toISOString()}: ${night} ${hour}:${minute}`);
  };
  const lookAtLocal = (local: Local) => {
    looks++;
    const time = `${twoDigits(local.hour)}:${twoDigits(local.minute)}`;
    const instantMs = subject.localToInstant(local.date, time, name);
    if (instantMs !== instantOf(zone, local))
      wrong.push(`${name} on ${local.date} ${time}: ${new Date(instantMs).toISOString()}`);
  };

  for (const transition of transitions) {
    for (const shift of [-12 * HOUR, -1, 0, 60_000, HOUR, 12 * HOUR]) lookAtInstant(transition.at + shift);
    for (const local of localsAround(transition)) lookAtLocal(local);
  }
  for (let year = 2024; year <= 2035; year++) {
    lookAtInstant(Date.UTC(year, 5, 30, 23, 59, 59, 999));
    lookAtInstant(Date.UTC(year, 11, 31, 23, 30));
    lookAtLocal({ date: `${year}-01-01`, hour: 0, minute: 0 });
    lookAtLocal({ date: `${year}-07-15`, hour: 15, minute: 0 });
  }
  return { wrong, transitions: transitions.length, looks };
}
