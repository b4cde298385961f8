import { idPattern } from '../kernel/ids.ts';
import { pageOf } from '../kernel/page.ts';
import { night } from '../kernel/stay.ts';
import { instant, line, z } from '../kernel/zod.ts';
import { PropertyParams } from './schemas.ts';

export const FeedParams = PropertyParams.extend({ feedId: z.string().regex(idPattern('fdb')) });
export const AddFeedBody = z.strictObject({
  url: line(1, 2048).openapi({
    description: 'The address of the calendar file at the other platform: https, and public',
    example: 'https://www.airbnb.com/calendar/ical/12345.ics?s=0123456789abcdef',
  }),
  name: line(1, 100),
});

export const Feed = z
  .object({
    id: z.string(),
    name: z.string(),
    host: z.string().openapi({ description: 'Of the address; the rest of it is shown to nobody' }),
    blocks: z.int().openapi({ description: 'How many spans of nights it takes' }),
    conflicts: z.array(z.object({ from: night, to: night })).openapi({
      description: 'Nights that were sold here as well; `to` is the first that is free again',
    }),
    problem: z.string().nullable().openapi({ description: 'Why the last visit failed, as a code' }),
    lastSyncedAt: instant.nullable(),
    nextSyncAt: instant,
    createdAt: instant,
  })
  .openapi('Feed');
export const FeedPage = pageOf(Feed);

export const CalendarFileQuery = z.strictObject({
  token: z.string().max(200).default('').openapi({ description: 'From the property’s `calendarUrl`' }),
});
