import type { TakenSpan } from '../book/index.ts';
import type { Context } from '../context.ts';
import { sha256 } from '../kernel/crypto.ts';
import { type Conditions, matchesTag } from '../platform/conditions.ts';
import type { FileAnswer } from '../platform/endpoint.ts';
import { askBook } from './ask-book.ts';
import { calendarKeyOf } from './calendar-address.ts';
import { CalendarTokenInvalid } from './errors.ts';
import * as ical from './ical/index.ts';

type Input = { propertyId: string; token: string; conditions: Conditions };

const NAME = 'Roost property calendar';

/** For other platforms: which nights are taken, and not a word more. Straight from the book. */
export async function exportCalendar(
  ctx: Context,
  { propertyId, token, conditions }: Input,
): Promise<FileAnswer> {
  const calendarKey = calendarKeyOf(ctx, propertyId, token);
  if (calendarKey === null) throw CalendarTokenInvalid();

  const { value } = await askBook(ctx, propertyId, (book, call) => book.listTaken(call));
  if (value.calendarKey !== calendarKey) throw CalendarTokenInvalid();

  const body = ical.exportCalendar({
    propertyId,
    name: NAME,
    blocks: value.spans.map((span) => ({ ...span, uid: uidOf(propertyId, span) })),
    changedAtMs: value.head.changedAt,
    sequence: value.head.version,
  });

  const etag = `"${sha256(body).slice(0, 27)}"`;
  const headers = { etag, 'cache-control': 'private, max-age=0, must-revalidate' };
  const { ifNoneMatch } = conditions;
  if (ifNoneMatch !== undefined && matchesTag(ifNoneMatch, etag)) {
    return { status: 304, contentType: null, body: null, headers };
  }
  const disposition = { 'content-disposition': 'attachment; filename="roost.ics"' };
  return {
    status: 200,
    contentType: 'text/calendar; charset=utf-8',
    body,
    headers: { ...headers, ...disposition },
  };
}

/** Stable for as long as the stay or the closed span is, and a booking's id can't be read from it. */
const uidOf = (propertyId: string, { bookingId, from, to }: TakenSpan): string =>
  `${sha256(bookingId ?? `${propertyId} ${from} ${to}`)}@roost`;
