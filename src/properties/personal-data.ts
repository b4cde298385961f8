import { and, eq, getTableColumns, inArray, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { toInstant } from '../kernel/clock.ts';
import { Refusal } from '../kernel/errors.ts';
import type { Database, Reader } from '../platform/database.ts';
import { askBook } from './ask-book.ts';
import { dropUnusedPicture } from './store-picture.ts';
import { coHost, favourite, feed, listing, property, propertyImage } from './tables.ts';

/** What this room knows about a person, and how it forgets. The privacy room asks every room for this. */
export async function describeProperties(db: Reader, accountId: string) {
  const [properties, images, feeds, roles, favourites] = await db.batch([
    db.select().from(property).where(eq(property.hostId, accountId)),
    db
      .select(getTableColumns(propertyImage))
      .from(propertyImage)
      .innerJoin(property, isOf(propertyImage, accountId)),
    db.select(getTableColumns(feed)).from(feed).innerJoin(property, isOf(feed, accountId)),
    db.select().from(coHost).where(eq(coHost.accountId, accountId)),
    db.select().from(favourite).where(eq(favourite.accountId, accountId)),
  ]);
  return {
    properties: properties.map((row) => ({
      ...row,
      createdAt: toInstant(row.createdAt),
      updatedAt: toInstant(row.updatedAt),
    })),
    images: images.map(({ id, propertyId, caption, alt, createdAt }) => ({
      id,
      propertyId,
      caption,
      alt,
      createdAt: toInstant(createdAt),
    })),
    feeds: feeds.map(({ id, propertyId, name, createdAt }) => ({
      id,
      propertyId,
      name,
      createdAt: toInstant(createdAt),
    })),
    coHostOf: roles.map(({ propertyId, access }) => ({ propertyId, access })),
    favourites: favourites.map(({ propertyId, createdAt }) => ({
      propertyId,
      addedAt: toInstant(createdAt),
    })),
  };
}

/** What the public can still see has to be taken down first. */
export async function openPropertyBusiness(
  { db }: Pick<Context, 'db'>,
  accountId: string,
): Promise<string[]> {
  const published = await db
    .select({ id: property.id })
    .from(property)
    .innerJoin(listing, eq(listing.propertyId, property.id))
    .where(and(eq(property.hostId, accountId), eq(listing.status, 'published')))
    .orderBy(property.id);
  return published.map(({ id }) => `property:${id}`);
}

/** The place stays, by its title, as something that others may have stayed at; all else about it goes. */
export function eraseProperties(db: Database, accountId: string, now: number) {
  return [
    db.delete(favourite).where(eq(favourite.accountId, accountId)),
    db
      .update(property)
      .set({
        description: '',
        houseRules: '',
        address: null,
        lat: null,
        lng: null,
        accessInstructions: '',
        registrationNumber: null,
        version: sql`${property.version} + 1`,
        updatedAt: now,
      })
      .where(eq(property.hostId, accountId)),
  ];
}

/** What lies outside D1 or is a matter of the books. Safe to run again from the start. */
export async function finishErasingProperties(ctx: Context, accountId: string): Promise<void> {
  const db = ctx.db as Database;
  const ofHost = eq(property.hostId, accountId);
  const [own, images, roles] = await db.batch([
    db.select({ propertyId: property.id }).from(property).where(ofHost),
    db
      .select({ id: propertyImage.id, hash: propertyImage.hash })
      .from(propertyImage)
      .innerJoin(property, isOf(propertyImage, accountId)),
    db.select({ propertyId: coHost.propertyId }).from(coHost).where(eq(coHost.accountId, accountId)),
  ]);
  // Before the books, so that no feed is visited again.
  await db
    .delete(feed)
    .where(inArray(feed.propertyId, db.select({ id: property.id }).from(property).where(ofHost)));
  for (const { id, hash } of images) {
    await db.delete(propertyImage).where(eq(propertyImage.id, id));
    await dropUnusedPicture(ctx, hash);
  }
  for (const { propertyId } of roles) {
    await tryBook(ctx, propertyId, (book, call) => book.changeCoHost(call, { accountId, access: null }));
  }
  for (const { propertyId } of own) await tryBook(ctx, propertyId, (book, call) => book.forgetHost(call));
}

/** A book that refuses holds up no other; one that does not answer is asked again with the rest. */
async function tryBook(ctx: Context, propertyId: string, ask: Parameters<typeof askBook>[2]): Promise<void> {
  try {
    await askBook(ctx, propertyId, ask);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    ctx.log.warn('book.refused_erasure', { propertyId, error });
  }
}

const isOf = (table: typeof feed | typeof propertyImage, accountId: string) =>
  and(eq(property.id, table.propertyId), eq(property.hostId, accountId));
