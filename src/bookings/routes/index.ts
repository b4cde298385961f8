import { alterations } from './alterations.ts';
import { bookings } from './bookings.ts';
import { staff } from './staff.ts';
import { waitlist } from './waitlist.ts';

export const bookingRoutes = [...bookings, ...alterations, ...waitlist, ...staff];
