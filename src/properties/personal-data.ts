import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { toInstant } from '../kernel/clock.ts';
import type { Database, Reader } from '../platform/database.ts';
import { coHost, favourite, listing, property } from './tables.ts';

/** What this room knows about a person, and how it forgets. The privacy room asks every room for this. */
export async function describeProperties(db: Reader, accountId: string) {
  const [properties, roles, favourites] = await db.batch([
    db.select().from(property).where(eq(property.hostId, accountId)),
    db.select().from(coHost).where(eq(coHost.accountId, accountId)),
    db.select().from(favourite).where(eq(favourite.accountId, accountId)),
  ]);
  return {
    properties: properties.map((row) => ({
      ...row,
      createdAt: toInstant(row.createdAt),
      updatedAt: toInstant(row.updatedAt),
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

/** The place stays as something that others may have stayed at; where exactly it is goes. */
export function eraseProperties(db: Database, accountId: string, now: number) {
  return [
    db.delete(favourite).where(eq(favourite.accountId, accountId)),
    db
      .update(property)
      .set({
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
