import { and, count, eq, getTableColumns, type SQL, sql } from 'drizzle-orm';
import type { Database, Reader } from '../platform/database.ts';
import { propertyImage } from './tables.ts';

/** Pictures of a property have the positions 0 to n − 1, each once. */
const image = propertyImage;

export const countImages = (db: Reader, propertyId: string) =>
  db.select({ count: count() }).from(image).where(eq(image.propertyId, propertyId));

export const selectImage = (db: Reader, propertyId: string, imageId: string) =>
  db.select(getTableColumns(image)).from(image).where(isImage(propertyId, imageId));

export const isImage = (propertyId: string, imageId: string): SQL =>
  and(eq(image.propertyId, propertyId), eq(image.id, imageId)) as SQL;

export const isNotAlone = (propertyId: string, imageId: string): SQL =>
  sql`EXISTS (SELECT 1 FROM property_image AS other
    WHERE other.property_id = ${propertyId} AND other.id <> ${imageId})`;

/**
 * Counts the positions anew, with one picture moved to where it is wanted. It goes by the positions that it
 * finds, so it is right whoever else has changed them since they were read.
 */
export function renumberImages(db: Database, propertyId: string, moved?: { id: string; to: number }) {
  const place = moved
    ? sql`CASE WHEN id = ${moved.id}
        THEN ${moved.to} + CASE WHEN position < ${moved.to} THEN 0.5 ELSE -0.5 END
        ELSE position END`
    : sql`position`;
  const ranked = sql`(SELECT id AS ranked_id, row_number() OVER (ORDER BY ${place}, id) - 1 AS place
    FROM ${image} WHERE property_id = ${propertyId}) AS ranked`;
  return db
    .update(image)
    .set({ position: sql`place` })
    .from(ranked)
    .where(sql`${image.id} = ranked_id AND ${image.position} <> place`);
}
