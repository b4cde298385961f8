import { DAY } from '../../kernel/clock.ts';
import { dayOfNight, nightOfDay } from '../../kernel/stay.ts';
import { isTimeZone, type LocalTime, localToInstant, nightAt } from '../../kernel/zone.ts';

/**
 * What some wall's clock shows, as if it were UTC, so that one can count with it. The frame says whose wall:
 * a time zone, or `date` for a whole day, which is the same day on every wall.
 */
export type Moment = { readonly wallMs: number; readonly frame: string };

export const DATE = 'date';
const UTC = 'UTC';
const FIRST_YEAR = 1970;
/** What finding a time in another zone and finding the zone cost, in steps of a rule. */
const CONVERSION_STEPS = 2;
const ZONE_STEPS = 10;
const VALUE = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}):(\d{2})(Z?))?$/;

export type Walls = {
  /** A value as ical.js gives it. `null` if no calendar has it. */
  read(value: unknown, tzid: unknown): Moment | null;
  /** The day that the property's wall shows, in days since 1970. */
  dayOf(moment: Moment): number;
  instantOf(moment: Moment): number;
  /** The same instant on the wall of another frame, to the minute. */
  onWall(instantMs: number, frame: string): number;
};

export function createWalls(zone: string, spend: (steps: number) => void): Walls {
  const frames = new Map<string, string>();

  /**
   * A zone that nobody but the file's author knows, such as Outlook's own names, is read as the property's:
   * the times are then what the author sees on the screen.
   */
  function frameOf(tzid: unknown): string {
    if (typeof tzid !== 'string') return zone;
    let frame = frames.get(tzid);
    if (frame === undefined) {
      spend(ZONE_STEPS);
      const segments = tzid.split('/');
      const names = [segments, segments.slice(-3), segments.slice(-2)].map((parts) => parts.join('/'));
      frame = names.find(isTimeZone) ?? zone;
      frames.set(tzid, frame);
    }
    return frame;
  }

  function instantOf({ wallMs, frame }: Moment): number {
    if (frame === UTC) return wallMs;
    spend(CONVERSION_STEPS);
    const time = new Date(wallMs).toISOString().slice(11, 16) as LocalTime;
    const secondsMs = wallMs % 60_000;
    return (
      localToInstant(nightOfDay(Math.floor(wallMs / DAY)), time, frame === DATE ? zone : frame) + secondsMs
    );
  }

  function onWall(instantMs: number, frame: string): number {
    if (frame === UTC) return instantMs;
    spend(CONVERSION_STEPS);
    const { night, hour, minute } = nightAt(instantMs, frame === DATE ? zone : frame);
    return dayOfNight(night) * DAY + (hour * 60 + minute) * 60_000;
  }

  return {
    instantOf,
    onWall,

    dayOf(moment) {
      const isHere = moment.frame === DATE || moment.frame === zone;
      return Math.floor((isHere ? moment.wallMs : onWall(instantOf(moment), zone)) / DAY);
    },

    read(value, tzid) {
      const [, date, time, seconds, z] = VALUE.exec(String(value)) ?? [];
      if (date === undefined) return null;
      // A leap second is the last second of its minute.
      const text = `${date}T${time ?? '00:00'}:${seconds === '60' ? '59' : (seconds ?? '00')}`;
      const wallMs = Date.parse(`${text}Z`);
      const exists = !Number.isNaN(wallMs) && new Date(wallMs).toISOString().startsWith(text);
      if (!exists || Number(date.slice(0, 4)) < FIRST_YEAR) return null;
      return { wallMs, frame: time === undefined ? DATE : z === 'Z' ? UTC : frameOf(tzid) };
    },
  };
}
