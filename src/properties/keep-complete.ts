import { type SQL, sql } from 'drizzle-orm';
import { Refusal } from '../kernel/errors.ts';
import { StateMoved } from '../platform/errors.ts';
import { listing } from './tables.ts';

/**
 * What is published is complete. The book says what is published and D1 what is complete, and nothing spans both;
 * so who takes from a description does it in a statement that sees no published listing, and who publishes
 * looks at the description again once the listing is there. Whichever D1 has first, the other one sees.
 */
export const isNotPublished = (propertyId: string): SQL =>
  sql`NOT EXISTS (SELECT 1 FROM ${listing}
    WHERE ${listing.propertyId} = ${propertyId} AND ${listing.status} = 'published')`;

/** What moved between reading and writing is read once more: only then is it known what to say of it. */
export async function lookAgainIfMoved<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof Refusal && error.type === StateMoved) return attempt();
    throw error;
  }
}
