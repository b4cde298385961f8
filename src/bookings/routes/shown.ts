import { ScopeMissing } from '../../accounts/index.ts';
import type { Booking as Kept } from '../../book/index.ts';
import type { Context } from '../../context.ts';
import { actorId } from '../../kernel/actor.ts';
import { BookingNotFound } from '../errors.ts';
import { Booking } from '../schemas.ts';
import { toBooking } from '../to-booking.ts';

type Result = { readonly value: Kept };

/** How every operation about one booking answers. */
export const shown = {
  response: Booking,
  tagged: true,
  tag: ({ value }: Result) => String(value.version),
  reply: ({ value }: Result, { actor }: Context) => toBooking(value, actorId(actor)),
} as const;

export const NOBODYS = [ScopeMissing, BookingNotFound];
