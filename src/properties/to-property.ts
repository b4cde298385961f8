import { type CoHostAccess, STATUSES } from '../book/index.ts';
import type { Context } from '../context.ts';
import { actorId } from '../kernel/actor.ts';
import { toInstant } from '../kernel/clock.ts';
import { sha256 } from '../kernel/crypto.ts';
import type { Currency } from '../kernel/money.ts';
import type { z } from '../kernel/zod.ts';
import { calendarUrl } from './calendar-address.ts';
import { approximatePoint } from './location.ts';
import type { ListedProperty } from './queries.ts';
import type { Address, Property, PublicProperty } from './schemas.ts';

type HostView = z.infer<typeof Property>;
type PublicView = z.infer<typeof PublicProperty>;
type Asking = Pick<Context, 'actor' | 'keyring' | 'settings'>;
export type Audience = 'host' | 'public';

/** What a book says of a property before its host does. */
export const UNTOLD = {
  status: STATUSES[0],
  currency: null,
  nightly: null,
  bookingMode: 'request',
  cancellationPolicy: 'moderate',
  calendarKey: 0,
} as const;

/** Null for somebody to whom this property does not exist. */
export function audienceOf(row: ListedProperty, { actor }: Pick<Context, 'actor'>): Audience | null {
  if (row.hostId === actorId(actor) || row.access !== null) return 'host';
  return row.status === 'published' ? 'public' : null;
}

/**
 * For the host's side: everything. The secret address of the calendar is for those who keep it, who else helps for
 * those who do all.
 */
export function toHostProperty(row: ListedProperty, ctx: Asking): HostView {
  const helps = (...access: CoHostAccess[]) =>
    row.hostId === actorId(ctx.actor) || (row.access !== null && access.includes(row.access));
  return {
    ...toCommon(row, ctx),
    status: row.status ?? UNTOLD.status,
    address: row.address,
    location: pointOf(row),
    approximate: false,
    accessInstructions: row.accessInstructions,
    ...(helps('full') && { coHosts: [...row.coHosts] }),
    ...(helps('full', 'calendar') && {
      calendarUrl: calendarUrl(ctx, row.id, row.calendarKey ?? UNTOLD.calendarKey),
    }),
  };
}

/** For everybody, of one that is published. */
export function toPublicProperty(row: ListedProperty, ctx: Asking): PublicView {
  const point = pointOf(row);
  return {
    ...toCommon(row, ctx),
    status: 'published',
    address: row.address && toPublicAddress(row.address),
    location: point && approximatePoint(ctx.keyring, row.id, point),
    approximate: true,
  };
}

const pointOf = ({ lat, lng }: ListedProperty) => (lat === null || lng === null ? null : { lat, lng });

function toCommon(row: ListedProperty, { settings }: Asking) {
  const { bookingMode, cancellationPolicy, currency, nightly } = row;
  return {
    id: row.id,
    hostId: row.hostId,
    title: row.title,
    description: row.description,
    type: row.type,
    timeZone: row.timeZone,
    guests: row.guests,
    bedrooms: row.bedrooms,
    beds: row.beds,
    bathrooms: row.bathrooms,
    amenities: row.amenities,
    houseRules: row.houseRules,
    images: row.images.map((image) => ({ ...image, url: `${settings.origin}/v1/images/${image.id}` })),
    nightly: nightly === null ? null : { amount: nightly, currency: currency as Currency },
    bookingMode: bookingMode ?? UNTOLD.bookingMode,
    cancellationPolicy: cancellationPolicy ?? UNTOLD.cancellationPolicy,
    rating: {
      average: row.ratingCount === 0 ? null : Math.round((row.ratingSum / row.ratingCount) * 100) / 100,
      count: row.ratingCount,
      categories: row.ratingCategories,
    },
    registrationNumber: row.registrationNumber,
    createdAt: toInstant(row.createdAt),
    updatedAt: toInstant(row.updatedAt),
  };
}

const toPublicAddress = ({ city, region, country }: Address) =>
  region === undefined ? { city, country } : { city, region, country };

/** What a verb of the host's side answers with. */
export type ShownProperty = { readonly view: HostView; readonly version: number };

export const showProperty = (row: ListedProperty, ctx: Asking): ShownProperty => ({
  view: toHostProperty(row, ctx),
  version: row.version,
});

/**
 * The entity tag on the host's side: the version of the description, on which editing is conditional, and a
 * hash of all that the caller is shown, so that none of it changes behind a 304.
 */
export function tagOf({ view, version }: ShownProperty): string {
  return `${version}.${sha256(JSON.stringify(view)).slice(0, 22)}`;
}

export const isTagOfVersion = (tag: string, version: number): boolean => tag.startsWith(`${version}.`);
