import { idPattern } from '../../kernel/ids.ts';
import { pageOf, pageQuery } from '../../kernel/page.ts';
import { instant, line, z } from '../../kernel/zod.ts';
import { filtersOf, SORTS } from '../schemas.ts';

export const STATES = ['watching', 'stopped', 'over'] as const;
const MAX_NAME = 80;
const MAX_TOKEN = 200;

/** As in an address, but that a number is one. */
const SavedQuery = z
  .strictObject({ ...filtersOf((number) => number), sort: z.enum(SORTS).optional() })
  .openapi('SavedQuery', { description: 'What `GET /v1/search` takes, numbers as numbers' });
export type SavedQuery = z.infer<typeof SavedQuery>;

export const SaveSearchBody = z.strictObject({ name: line(1, MAX_NAME), query: SavedQuery });

export const SavedSearch = z
  .object({
    id: z.string(),
    name: z.string(),
    query: SavedQuery,
    state: z.enum(STATES).openapi({
      description:
        '`stopped` from a mail; `over` when nobody can arrive any more on the days that it asks for',
    }),
    createdAt: instant,
    toldAt: instant.nullable().openapi({ description: 'When something new was last told of' }),
  })
  .openapi('SavedSearch');
export type SavedSearch = z.infer<typeof SavedSearch>;

export const SavedSearchPage = pageOf(SavedSearch);
export const PageQuery = z.strictObject(pageQuery);
export type PageQuery = z.infer<typeof PageQuery>;
export const SavedSearchParams = z.object({ savedSearchId: z.string().regex(idPattern('sav')) });
export const StopQuery = z.strictObject({ token: z.string().min(1).max(MAX_TOKEN) });
