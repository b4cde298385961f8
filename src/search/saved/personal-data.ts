import { eq } from 'drizzle-orm';
import type { Database, Reader } from '../../platform/database.ts';
import { savedSearch } from './tables.ts';
import { shownColumns, toSavedSearch } from './to-saved-search.ts';

/** What this room knows about a person, and how it forgets. The privacy room asks every room for this. */
export async function describeSavedSearches(db: Reader, accountId: string) {
  const rows = await db.select(shownColumns).from(savedSearch).where(eq(savedSearch.accountId, accountId));
  return { savedSearches: rows.map(toSavedSearch) };
}

export const eraseSavedSearches = (db: Database, accountId: string) => [
  db.delete(savedSearch).where(eq(savedSearch.accountId, accountId)),
];
