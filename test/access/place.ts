import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { Buffer } from 'node:buffer';
import { randomInt } from 'node:crypto';
import type { Call, CoHostAccess } from '../../src/book/index.ts';
import { type Keyring, sha256 } from '../../src/kernel/crypto.ts';
import { newId, newIdWithin } from '../../src/kernel/ids.ts';
import { addNights } from '../../src/kernel/stay.ts';
import { nightAt } from '../../src/kernel/zone.ts';
import { sealUrl } from '../../src/properties/to-feed.ts';
import { withoutProviders } from '../book/ground.ts';
import { JPEG_BASES, PNG_BASES } from '../properties/pictures/bases.ts';
import { type Canary, canaryNumber, canaryText, type Row } from './canaries.ts';
import { agree, GUESTS, nightsAhead, type Progress, type Stayed, told } from './stays.ts';

/** A property with everything that can belong to one, in D1; and what of it is in its book and in R2. */
type Plant = (table: string, row?: Row) => Row;
type Owned = {
  readonly hostId: string;
  readonly helper: { readonly accountId: string; readonly access: CoHostAccess } | null;
  readonly isPublished: boolean;
};
export type Place = ReturnType<typeof plantPlace>;

const PICTURE = Buffer.from(PNG_BASES.rgb, 'base64');
/** To be uploaded: another one than what is there. */
export const NEW_PICTURE = {
  type: 'image/jpeg',
  bytes: new Uint8Array(Buffer.from(JPEG_BASES.baseline, 'base64')),
};

const ZONE = 'Africa/Nairobi';
const canary = (name: string) => canaryText('property', name);
const degree = (near: number) => near + randomInt(1e12) / 1e13;

export function plantPlace(plant: Plant, keyring: Keyring, now: number, owned: Owned) {
  const { hostId, helper, isPublished } = owned;
  const id = newId('prp', now);
  const ids = {
    id,
    imageId: newId('img', now),
    feedId: newId('fdb', now),
    entryId: newIdWithin('wtl', id, now),
  };
  const version = canaryNumber();
  const nightly = 70_000_000_000 + randomInt(10_000_000_000);
  plant('property', {
    ...{ id, host_id: hostId, version, type: 'house', time_zone: ZONE, amenities: '["wifi"]' },
    description: `${canary('description')} Two rooms under old trees, with a boat.`,
    address: JSON.stringify({
      line1: canary('line1'),
      line2: canary('line2'),
      city: canary('city'),
      region: canary('region'),
      postalCode: canaryText('zip', '').slice(-20),
      country: 'KE',
    }),
    ...{ lat: degree(-0.7), lng: degree(36.4), guests: 4, bedrooms: 2, beds: 3, bathrooms: 1.5 },
    ...{ rating_sum: 45, rating_categories: '{}' },
  });
  plant('listing', {
    ...{ property_id: id, epoch: 1, version: 0, status: isPublished ? 'published' : 'draft' },
    ...{ currency: 'KES', nightly, booking_mode: 'request', cancellation_policy: 'moderate' },
    content_version: version,
  });
  if (helper) plant('co_host', { property_id: id, account_id: helper.accountId, access: helper.access });
  plant('property_image', {
    ...{ id: ids.imageId, property_id: id, hash: sha256(PICTURE) },
    ...{ content_type: 'image/png', width: 48, height: 32, position: 0 },
  });
  // The last picture of what is published has to stay.
  plant('property_image', {
    ...{ id: newId('img', now), property_id: id, hash: sha256(PICTURE) },
    ...{ content_type: 'image/png', width: 48, height: 32, position: 1 },
  });
  const address = canaryText('feed', 'address');
  plant('feed', {
    ...{ id: ids.feedId, property_id: id, conflicts: '[]' },
    url: sealUrl(keyring, ids.feedId, new URL(`https://calendars.example.com/${address}.ics`)),
  });

  const today = nightAt(now, ZONE).night;
  const inBook = {
    promotion: canaryText('promotion', 'code'),
    note: canaryText('night', 'note'),
    booking: newIdWithin('bkg', id, now),
    event: canaryText('event', 'uid'),
  };
  return {
    ...ids,
    ...owned,
    address,
    token: `0.${keyring.mac('calendar', id, 0)}`,
    today,
    version,
    nightly,
    inBook,
  };
}

/** What no table of D1 has, and who may read it. */
export function canariesOf({ address, token, inBook, hostId, helper }: Place): Canary[] {
  const keepers = [hostId, ...(helper && helper.access !== 'messages' ? [helper.accountId] : [])];
  return [
    { place: 'the address of a feed', forms: [address], readers: [] },
    { place: 'an event of a feed', forms: [inBook.event], readers: [] },
    { place: 'the address of the calendar', forms: [token], readers: keepers },
    { place: 'a promotion code', forms: [inBook.promotion], readers: keepers },
    { place: 'a note on a night', forms: [inBook.note], readers: keepers },
    { place: 'who booked a night', forms: [inBook.booking], readers: keepers },
  ];
}

/** The file of its picture is there, and no other. */
export async function storeFiles(): Promise<void> {
  const { objects } = await env.PICTURES.list();
  const key = `pictures/${sha256(PICTURE)}`;
  const others = objects.map((object) => object.key).filter((name) => name !== key);
  if (others.length > 0) await env.PICTURES.delete(others);
  if (others.length === objects.length) await env.PICTURES.put(key, PICTURE);
}

type Agreed = { readonly guestId: string; readonly progress: Progress };

/** With a stay of the guest's, if there is to be one: then what is no longer let was let once. */
export async function openBook(
  place: Place,
  keyring: Keyring,
  now: number,
  agreed: Agreed | null,
  waiterId: string | null,
): Promise<Stayed | null> {
  const { id, hostId, helper, today, inBook, nightly } = place;
  const call: Call = { now, requestId: 'village', actorKind: 'session', accountId: hostId };
  const soon = addNights(today, 5);
  const facts = { hostId, timeZone: ZONE, capacity: 4, petsAllowed: false, contentVersion: place.version };
  const stub = env.BOOKS.getByName(id);
  await withoutProviders(id);
  await runInDurableObject(stub, async (book, { storage }) => {
    await book.tellFacts(call, { propertyId: id, ...facts });
    const promotions = [{ code: inBook.promotion, percentOff: 10 }];
    await book.putRates(call, { currency: 'KES', nightly, promotions }, '*');
    await book.updateCalendar(call, [{ from: soon, to: soon, available: false, note: inBook.note }]);
    if (helper) await book.changeCoHost(call, helper);
    const block = { uid: inBook.event, from: addNights(today, 40), to: addNights(today, 42) };
    await book.importBlocks({ ...call, actorKind: 'system' }, { feedId: place.feedId, blocks: [block] });
    if (place.isPublished || agreed || waiterId)
      await book.changeStatus(call, { to: 'published', missing: [] });
    storage.sql.exec(
      `INSERT INTO stay (booking_id, kind, check_in, check_out) VALUES (?, 'booked', ?, ?)`,
      ...[inBook.booking, addNights(today, -10), addNights(today, -7)],
    );
    if (waiterId === null) return;
    const wish = { id: place.entryId, stay: nightsAhead(place, 40, 42), guests: GUESTS };
    const waits = book.joinWaitlist({ ...call, accountId: waiterId }, wish, null);
    if (!waits.ok) throw new Error(JSON.stringify(waits));
  });
  if (agreed === null) {
    await told(id);
    if (!place.isPublished && waiterId) await stub.changeStatus(call, { to: 'unpublished' });
    return null;
  }
  const stayed = await runInDurableObject(stub, (book) => agree(book, keyring, { place, now, ...agreed }));
  // The drain of an earlier moment takes nothing along that is said later.
  await told(id);
  if (!place.isPublished) await stub.changeStatus(call, { to: 'unpublished' });
  return stayed;
}
