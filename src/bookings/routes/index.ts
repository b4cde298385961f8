import { alterations } from './alterations.ts';
import { bookings } from './bookings.ts';
import { waitlist } from './waitlist.ts';

export const bookingRoutes = [...bookings, ...alterations, ...waitlist];
