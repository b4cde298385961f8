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
  removeCoHost: 'host',
  uploadImage: 'full',
  updateImage: 'full',
  deleteImage: 'full',
  addFeed: 'calendar',
  listFeeds: 'calendar',
  removeFeed: 'calendar',
  syncFeed: 'calendar',
};
/** Done to an archived place, or not done to the place at all. */
const LEAVES_AS_IT_IS = new Set(['archiveProperty', 'addFavourite', 'removeFavourite']);
const IDS = /\b(?:ses|key|psk|prp|img|fdb)_[0-9a-z]{26}\b/g;
const OWN = /^(?:ses|key|psk)_/;
const MORTAL = /^(?:ses|key|psk|img|fdb)_/;

type Doing = { readonly operation: Operation; readonly wire: Wire; readonly answer: Answer };
type Status = 'published' | 'hidden' | 'archived';

export const idsIn = ({ target }: Wire): string[] => target.split('?', 1)[0]?.match(IDS) ?? [];
export const placeIn = (wire: Wire): string | undefined => idsIn(wire).find((id) => id.startsWith('prp_'));

export function createRights(pool: Pool) {
  const statuses = new Map<string, Status>();
  const helpers = new Map<string, Side>();
  const homes = new Map<string, string>();

  const sideOf = (place: string, who: string | null): Side | undefined =>
    who !== null && pool.ownerOf(place) === who ? 'host' : helpers.get(`${place} ${who}`);

  const faultAtPlace = (place: string, who: string | null, { operation, wire }: Doing): string | null => {
    const { operationId } = operation;
    const need = NEEDS[operationId];
    const [side, status] = [sideOf(place, who), statuses.get(place)];
    const writes = !['GET', 'HEAD'].includes(wire.method);
    if (need === undefined) return `nobody has said who may ask for ${operationId}`;
    if (status === 'archived' && writes && !LEAVES_AS_IT_IS.has(operationId))
      return `${place} is archived, and ${operationId} changed it`;
    if (need === 'secret' || need === 'callers') return null;
    if (need !== 'public') {
      const reaches = side !== undefined && SIDES.indexOf(side) >= SIDES.indexOf(need);
      return reaches
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
      return place === undefined ? null : faultAtPlace(place, who, doing);
    },

    /** Of what was done, and not only said again. */
    learn({ operation: { operationId }, wire, answer }: Doing): void {
      const ids = idsIn(wire);
      const last = ids.at(-1);
      const place = placeIn(wire);
      if (wire.method === 'DELETE' && last !== undefined && MORTAL.test(last)) pool.bury(last);
      const body = answer.text.startsWith('{') ? JSON.parse(answer.text) : {};
      if (operationId === 'createProperty') statuses.set(body.id, 'hidden');
      if (place === undefined) return;
      if (operationId === 'publishProperty') statuses.set(place, 'published');
      if (operationId === 'unpublishProperty') statuses.set(place, 'hidden');
      if (operationId === 'archiveProperty') statuses.set(place, 'archived');
      if (operationId === 'uploadImage' || operationId === 'addFeed') homes.set(body.id, place);
      const helper = `${place} ${pool.ownerOf(/usr_\w+/.exec(wire.target)?.[0] ?? '')}`;
      if (operationId === 'addCoHost') helpers.set(helper, body.access);
      if (operationId === 'removeCoHost') helpers.delete(helper);
    },

    note: (place: string, status: Status) => void statuses.set(place, status),
    /** With an account its places go, at a time of their own. */
    forget(who: string): void {
      for (const place of [...statuses.keys()]) if (pool.ownerOf(place) === who) statuses.delete(place);
    },
  };
}
