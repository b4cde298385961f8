import { toInstant } from '../../kernel/clock.ts';
import type { SavedSearch } from './schemas.ts';
import { savedSearch } from './tables.ts';

const { id, name, query, state, createdAt, toldAt } = savedSearch;
/** What is seen is long, and for looks alone. */
export const shownColumns = { id, name, query, state, createdAt, toldAt };
type Row = Pick<typeof savedSearch.$inferSelect, keyof typeof shownColumns>;

export const toSavedSearch = ({ id, name, query, state, createdAt, toldAt }: Row): SavedSearch => ({
  ...{ id, name, query, state },
  createdAt: toInstant(createdAt),
  toldAt: toldAt === null ? null : toInstant(toldAt),
});
