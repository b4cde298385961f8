import { defineRefusal } from '../kernel/errors.ts';

export const BookingNotFound = defineRefusal('bookings.not_found', 'not_found', 'There is no such booking');
export const OwnPlace = defineRefusal(
  'bookings.own_place',
  'conflict',
  'Who lets a place, or helps to, cannot stay there as a guest',
);
export const HeldAlready = defineRefusal(
  'bookings.held_already',
  'conflict',
  'Nights are kept for you here already; pay for them or cancel them first',
);
export const TooManyHolds = defineRefusal(
  'bookings.too_many_holds',
  'conflict',
  'Three unpaid bookings are kept for you; pay for one or cancel it first',
);
export const WrongState = defineRefusal(
  'bookings.wrong_state',
  'conflict',
  'This cannot happen to a booking in that status',
);
export const NotTheHost = defineRefusal('bookings.not_the_host', 'forbidden', 'This is the host’s to do');
export const TooEarly = defineRefusal(
  'bookings.too_early',
  'conflict',
  'A guest can be missed from the time of check-in on',
);
export const TooLate = defineRefusal(
  'bookings.too_late',
  'conflict',
  'A guest can be reported missing until 24 hours after check-in',
);
export const AlterationPending = defineRefusal(
  'bookings.alteration_pending',
  'conflict',
  'An alteration of this booking waits for an answer',
);
export const AlterationNotFound = defineRefusal(
  'bookings.alteration_not_found',
  'not_found',
  'There is no such alteration, or not any more',
);
export const OwnAlteration = defineRefusal(
  'bookings.own_alteration',
  'conflict',
  'Only the other side can accept this',
);
export const NoChange = defineRefusal('bookings.no_change', 'conflict', 'This is what is booked already');
export const AvailableNow = defineRefusal(
  'bookings.available',
  'conflict',
  'These nights are free; there is nothing to wait for',
);
export const WaitingNotFound = defineRefusal(
  'bookings.waiting_not_found',
  'not_found',
  'You do not wait for this, or not any more',
);
export const OwnBooking = defineRefusal(
  'bookings.own_booking',
  'forbidden',
  'Nobody decides as staff about a booking of their own',
);
export const WaitingEnough = defineRefusal(
  'bookings.waiting_enough',
  'conflict',
  'You wait for five stays here already',
);
export const WaitlistFull = defineRefusal(
  'bookings.waitlist_full',
  'conflict',
  'Too many guests wait for this place',
);
