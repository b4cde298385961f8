import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import { askStanding, heedStanding } from '../accounts/index.ts';
import type { CoHostAccess } from '../book/index.ts';
import type { Context } from '../context.ts';
import { actorId } from '../kernel/actor.ts';
import type { Reader } from '../platform/database.ts';
import { coHost, listing, property, propertyImage } from './tables.ts';

export type PropertyRow = typeof property.$inferSelect;
export type ImageRow = Pick<typeof propertyImage.$inferSelect, 'id' | 'width' | 'height' | 'caption' | 'alt'>;
type CoHost = { readonly userId: string; readonly access: CoHostAccess };
type Listing = typeof listing.$inferSelect;
/** A property with what D1 knows of its book, which is nothing for the first moments. */
export type ListedProperty = PropertyRow & {
  readonly [K in 'status' | 'currency' | 'nightly' | 'bookingMode' | 'cancellationPolicy' | 'calendarKey']:
    | Listing[K]
    | null;
} & {
  readonly images: readonly ImageRow[];
  /** The viewer's, as a co-host. */
  readonly access: CoHostAccess | null;
  readonly coHosts: readonly CoHost[];
};

const image = propertyImage;
const imagesInOrder = sql<ImageRow[]>`(
  SELECT json_group_array(json_object('id', ${image.id}, 'width', ${image.width}, 'height', ${image.height},
      'caption', ${image.caption}, 'alt', ${image.alt}) ORDER BY ${image.position}, ${image.id})
    FROM ${image} WHERE ${image.propertyId} = ${property.id})`
  .mapWith((text: string) => JSON.parse(text) as ImageRow[])
  .as('images');

const coHosts = sql<CoHost[]>`(
  SELECT json_group_array(json_object('userId', ${coHost.accountId}, 'access', ${coHost.access})
      ORDER BY ${coHost.accountId})
    FROM ${coHost} WHERE ${coHost.propertyId} = ${property.id})`
  .mapWith((text: string) => JSON.parse(text) as CoHost[])
  .as('co_hosts');

export const propertyColumns = {
  ...getTableColumns(property),
  status: listing.status,
  currency: listing.currency,
  nightly: listing.nightly,
  bookingMode: listing.bookingMode,
  cancellationPolicy: listing.cancellationPolicy,
  calendarKey: listing.calendarKey,
  images: imagesInOrder,
};

/** Properties as `viewer` may know them; the caller says which. */
export const selectProperties = (db: Reader, viewer: string | null) =>
  db
    .select({ ...propertyColumns, access: coHost.access, coHosts })
    .from(property)
    .leftJoin(listing, eq(listing.propertyId, property.id))
    .leftJoin(coHost, and(eq(coHost.propertyId, property.id), sql`${coHost.accountId} = ${viewer}`));

export async function findProperty(
  { db, actor }: Pick<Context, 'db' | 'actor'>,
  propertyId: string,
): Promise<ListedProperty | null> {
  return (await selectProperties(db, actorId(actor)).where(eq(property.id, propertyId)))[0] ?? null;
}

/** For a change: whoever may not act any more hears that first, and nothing of what is there. */
export async function findPropertyToChange(ctx: Context, propertyId: string): Promise<ListedProperty | null> {
  const [standing, rows] = await ctx.db.batch([
    askStanding(ctx),
    selectProperties(ctx.db, actorId(ctx.actor)).where(eq(property.id, propertyId)),
  ]);
  heedStanding(standing);
  return rows[0] ?? null;
}

export const isStatus = (status: Listing['status']): SQL =>
  sql`coalesce(${listing.status}, 'draft') = ${status}`;
