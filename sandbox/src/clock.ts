import { z } from 'zod';
import { readJson } from './body.ts';
import { Problem } from './problem.ts';
import type { Store } from './store.ts';

const LATEST_MS = Date.parse('9999-12-31T00:00:00Z');
const DURATION =
  /^P(?=\d|T\d)(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d{1,3})?)S)?)?$/;
const UNIT_SECONDS = [7 * 86_400, 86_400, 3_600, 60, 1];

const Move = z.union([z.strictObject({ advance: z.string() }), z.strictObject({ now: z.iso.datetime() })], {
  error: 'must be {"advance": an ISO 8601 duration} or {"now": an instant in UTC}',
});

export type Clock = ReturnType<typeof createClock>;

/** Real time plus an offset. It goes forward only; taking the offset away is the one way back. */
export function createClock(store: Store) {
  const offsetMs = () => store.getNumber('clock_offset_ms') ?? 0;
  const now = () => Date.now() + offsetMs();
  const show = () => {
    const offset = offsetMs();
    return Response.json({ now: new Date(Date.now() + offset).toISOString(), offsetMs: offset });
  };

  return {
    now,
    show,
    /** When a moment of this clock comes in real time, unless the clock is moved again. */
    toReal: (atMs: number): number => atMs - offsetMs(),

    async move(request: Request): Promise<Response> {
      const move = await readJson(request, Move);

      const realMs = Date.now();
      const currentMs = realMs + offsetMs();
      const targetMs = 'advance' in move ? currentMs + parseDurationMs(move.advance) : Date.parse(move.now);
      if (!(targetMs <= LATEST_MS))
        throw new Problem(400, 'request.invalid', 'The clock ends with the year 9999.');
      if (targetMs < currentMs) {
        const detail = `It is ${new Date(currentMs).toISOString()} already, and the clock never goes back.`;
        throw new Problem(409, 'clock.backwards', detail);
      }

      store.setNumber('clock_offset_ms', targetMs - realMs);
      return show();
    },

    reset(): Response {
      store.setNumber('clock_offset_ms', 0);
      return show();
    },
  };
}

export function parseDurationMs(text: string): number {
  const match = DURATION.exec(text);
  if (!match) {
    const detail =
      'advance must be an ISO 8601 duration of weeks, days, hours, minutes and seconds, such as P3DT2H.';
    throw new Problem(400, 'request.invalid', detail);
  }
  const seconds = UNIT_SECONDS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
  return Math.round(seconds * 1000);
}
