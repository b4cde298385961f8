/**
 * Bookings: who stays where and when, from the held night to the last day.
 * Always true here: a booking is decided and kept by its property's book, which its id names; the copy in D1 is
 * for lists, late by moments and never ahead; nobody holds more unpaid nights than three bookings' at once.
 */
export { BOOKING_NAMES } from './ask-booking.ts';
export { BookingNotFound, NotTheHost, OwnBooking, WrongState } from './errors.ts';
export { describeBookings, finishErasingBookings, openBookingBusiness } from './personal-data.ts';
export { bookingRoutes } from './routes/index.ts';
export { shown } from './routes/shown.ts';
export { bookingCopies, releaseHolds } from './sink.ts';
export { tallyBookings } from './tally-bookings.ts';
