import type { Operation } from './contract.ts';
import type { Pool } from './pool.ts';
import type { Answer, Wire } from './wire.ts';

/**
 * What a person may expect of the others whatever the contract says: nobody finds foreign things, nobody
 * finds things that are gone, and what is archived stays as it is.
 */
const SIDES = ['messages', 'calendar', 'full', 'host'] as const;
type Side = (typeof SIDES)[number];
/** Everybody's while the place is published; or whoever has the secret address; or about the caller alone. */
type Need = Side | 'public' | 'secret' | 'callers';

const NEEDS: Readonly<Record<string, Need>> = {
  getProperty: 'public',
  getRules: 'public',
  getCalendar: 'public',
  checkAvailability: 'public',
  createQuote: 'public',
  joinWaitlist: 'public',
  // Of one's own entries alone; whose they are is for the tests of access.
  listWaitlist: 'callers',
  leaveWaitlist: 'callers',
  addFavourite: 'public',
  removeFavourite: 'callers',
  exportCalendar: 'secret',
  getRates: 'calendar',
  putRates: 'full',
  putRules: 'full',
  updateCalendar: 'calendar',
  updateProperty: 'full',
  publishProperty: 'full',
  unpublishProperty: 'full',
  archiveProperty: 'host',
  addCoHost: 'host',
  // Whoever helps may leave; that they send away nobody else is for the tests of access.
  removeCoHost: 'messages',
  uploadImage: 'full',
  updateImage: 'full',
  deleteImage: 'full',
  addFeed: 'calendar',
  listFeeds: 'calendar',
  removeFeed: 'calendar',
  syncFeed: 'calendar',
};
/** Done to an archived place, or not done to the place at all. */
const LEAVES_AS_IT_IS = new Set([
  'archiveProperty',
  'addFavourite',
  'removeFavourite',
  'removeCoHost',
  'leaveWaitlist',
]);
/** Of a booking's two sides, only the host's. */
const HOSTS_TO_DO = new Set(['acceptBooking', 'declineBooking', 'markNoShow', 'createRefund']);
const GUESTS_TO_DO = new Set(['startPayment']);
const IDS = /\b(?:ses|key|psk|prp|img|fdb|sav)_[0-9a-z]{26}\b/g;
const BOOKING = /^\/v1\/bookings\/(bkg_[0-9a-hjkmnp-tv-z]{52})(?=[/?]|$)/;
/** Said before anybody looked which booking it is. */
const UNSEEN = /^(?:request|auth|idempotency|service)\.|^payments\.phone_required$/;
const OWN = /^(?:ses|key|psk|sav)_/;
const MORTAL = /^(?:ses|key|psk|img|fdb|sav)_/;

type Doing = { readonly operation: Operation; readonly wire: Wire; readonly answer: Answer };
type Booking = { readonly id: string; readonly guestId: string; readonly hostEarns?: unknown };
type Payment = { readonly id: string; readonly bookingId: string };
type Status = 'published' | 'hidden' | 'archived';

export const idsIn = ({ target }: Wire): string[] => target.split('?', 1)[0]?.match(IDS) ?? [];
export const placeIn = (wire: Wire): string | undefined => idsIn(wire).find((id) => id.startsWith('prp_'));

export const bookingIn = ({ target }: Wire): string | undefined => BOOKING.exec(target)?.[1];
const placeOf = (booking: string): string => `prp_${booking.slice(-26)}`;

/** One, or a page of them. */
function bookingsIn({ text }: Answer): Booking[] {
  const body = text.startsWith('{') ? JSON.parse(text) : {};
  const all: Booking[] = Array.isArray(body.data) ? body.data : [body];
  return all.filter(({ id }) => String(id).startsWith('bkg_'));
}

/** One, just begun or not, or a page of them. */
function paymentsIn({ text }: Answer): Payment[] {
  const body = text.startsWith('{') ? JSON.parse(text) : {};
  const all: Payment[] = Array.isArray(body.data) ? body.data : [body, body.payment ?? {}];
  return all.filter(({ id }) => String(id).startsWith('pay_'));
}

export function createRights(pool: Pool) {
  const statuses = new Map<string, Status>();
  const helpers = new Map<string, Side>();
  const homes = new Map<string, string>();
  /** Whose each booking is, by the name of its guest. */
  const guests = new Map<string, string>();

  const sideOf = (place: string, who: string | null): Side | undefined =>
    who !== null && pool.ownerOf(place) === who ? 'host' : helpers.get(`${place} ${who}`);

  const reaches = (side: Side | undefined, need: Side): boolean =>
    side !== undefined && SIDES.indexOf(side) >= SIDES.indexOf(need);

  /** Null for those who have no business with it, and while nobody knows whose it is. */
  const roleIn = (booking: string, who: string | null): 'guest' | 'host' | 'stranger' | null => {
    const guest = guests.get(booking);
    if (guest === undefined || pool.ownerOf(placeOf(booking)) === undefined) return null;
    if (who !== null && guest === who) return 'guest';
    return reaches(sideOf(placeOf(booking), who), 'calendar') ? 'host' : 'stranger';
  };

  /** Of each booking in an answer: whether it is shown to the right people, with what is theirs to see. */
  const faultOfShown = (
    who: string | null,
    shown: readonly Booking[],
    operationId: string,
  ): string | null => {
    for (const { id, hostEarns } of shown) {
      const role = roleIn(id, who);
      if (role === 'stranger') return `${id} is somebody else's, and ${operationId} showed it`;
      if (role === 'guest' && hostEarns !== undefined)
        return `${operationId} told a guest what the host earns`;
      if (role === 'host' && hostEarns === undefined) return `${operationId} kept from a host what it earns`;
    }
    return null;
  };

  const faultAtBooking = (who: string | null, { operation, wire, answer }: Doing): string | null => {
    const { operationId } = operation;
    const booking = bookingIn(wire);
    const role = booking === undefined ? null : roleIn(booking, who);
    if (role === 'stranger') return `${booking} is somebody else's, and ${operationId} found it`;
    if (role === 'guest' && HOSTS_TO_DO.has(operationId)) return `a guest was let do ${operationId}`;
    if (role === 'host' && GUESTS_TO_DO.has(operationId)) return `a host was let do ${operationId}`;
    const foreign = paymentsIn(answer).find(({ bookingId }) => roleIn(bookingId, who) === 'stranger');
    if (foreign) return `${foreign.id} pays for somebody else's booking, and ${operationId} showed it`;
    const shown = bookingsIn(answer);
    const isOwn = operationId === 'createBooking' && sideOf(placeOf(shown[0]?.id ?? ''), who) !== undefined;
    return isOwn ? 'somebody booked a place of their own' : faultOfShown(who, shown, operationId);
  };

  const faultAtPlace = (place: string, who: string | null, { operation, wire }: Doing): string | null => {
    const { operationId } = operation;
    const need = NEEDS[operationId];
    const [side, status] = [sideOf(place, who), statuses.get(place)];
    const writes = !['GET', 'HEAD'].includes(wire.method);
    if (need === undefined) return `nobody has said who may ask for ${operationId}`;
    if (status === 'archived' && writes && !LEAVES_AS_IT_IS.has(operationId))
      return `${place} is archived, and ${operationId} changed it`;
    if (operationId === 'joinWaitlist' && side !== undefined)
      return 'somebody waits for a place of their own';
    if (need === 'secret' || need === 'callers') return null;
    if (need !== 'public') {
      return reaches(side, need)
        ? null
        : `${place} is somebody else's, and ${operationId} found it for ${side ?? 'a stranger'}`;
    }
    // A page that was public may be shown for a minute more to those without a name.
    const mayBeOld = operationId === 'getProperty' && who === null;
    if (side !== undefined || mayBeOld || status === undefined || status === 'published') return null;
    return `${place} is ${status}, and ${operationId} showed it to a stranger`;
  };

  return {
    /** Null when somebody who is called so may have what was answered. */
    fault(who: string | null, doing: Doing): string | null {
      const { operationId } = doing.operation;
      const ids = idsIn(doing.wire);
      const place = placeIn(doing.wire);
      for (const id of ids) {
        if (pool.isGone(id)) return `${id} was removed, and ${operationId} found it`;
        if (OWN.test(id) && pool.ownerOf(id) !== who)
          return `${id} is somebody else's, and ${operationId} found it`;
        const home = homes.get(id);
        if (place !== undefined && home !== undefined && home !== place)
          return `${id} belongs to ${home}, and ${operationId} found it in ${place}`;
      }
      return place === undefined ? faultAtBooking(who, doing) : faultAtPlace(place, who, doing);
    },

    /** Null when somebody who is called so may have been refused in these words. */
    faultOfRefusal(who: string | null, { operation: { operationId }, wire, answer }: Doing): string | null {
      const booking = bookingIn(wire);
      const { code } = JSON.parse(answer.text || '{}');
      if (booking === undefined || code === undefined || UNSEEN.test(code)) return null;
      const role = roleIn(booking, who);
      const isFound = code !== 'bookings.not_found';
      if (role === 'stranger' && isFound)
        return `a stranger learned from ${operationId} that there is ${booking}`;
      if ((role === 'guest' || role === 'host') && !isFound)
        return `${operationId} did not find ${booking} for its ${role}`;
      if (role === 'host' && code === 'bookings.not_the_host') return `${operationId} did not know the host`;
      if (role === 'guest' && code === 'payments.not_the_guest')
        return `${operationId} did not know the guest`;
      if (role === 'host' && GUESTS_TO_DO.has(operationId) && code !== 'payments.not_the_guest')
        return `${operationId} told a host ${code}`;
      if (role === 'guest' && HOSTS_TO_DO.has(operationId) && code !== 'bookings.not_the_host')
        return `${operationId} told a guest ${code}`;
      return null;
    },

    /** Of what was done, and not only said again. */
    learn(who: string | null, { operation: { operationId }, wire, answer }: Doing): void {
      const ids = idsIn(wire);
      const last = ids.at(-1);
      const place = placeIn(wire);
      if (wire.method === 'DELETE' && last !== undefined && MORTAL.test(last)) pool.bury(last);
      const body = answer.text.startsWith('{') ? JSON.parse(answer.text) : {};
      if (operationId === 'createProperty') statuses.set(body.id, 'hidden');
      if (operationId === 'createBooking' && who !== null) guests.set(body.id, who);
      if (place === undefined) return;
      if (operationId === 'publishProperty') statuses.set(place, 'published');
      if (operationId === 'unpublishProperty') statuses.set(place, 'hidden');
      if (operationId === 'archiveProperty') statuses.set(place, 'archived');
      if (operationId === 'uploadImage' || operationId === 'addFeed') homes.set(body.id, place);
      const helper = `${place} ${pool.ownerOf(/usr_\w+/.exec(wire.target)?.[0] ?? '')}`;
      if (operationId === 'addCoHost') helpers.set(helper, body.access);
      if (operationId === 'removeCoHost') helpers.delete(helper);
    },

    noteBooking: (booking: string, guest: string) => void guests.set(booking, guest),
    /** Of the booking that is asked about, where it is known. */
    guestOf: (wire: Wire): string | undefined => guests.get(bookingIn(wire) ?? ''),
    note: (place: string, status: Status) => void statuses.set(place, status),
    /** With an account its places go, at a time of their own. */
    forget(who: string): void {
      for (const place of [...statuses.keys()]) if (pool.ownerOf(place) === who) statuses.delete(place);
    },
  };
}
