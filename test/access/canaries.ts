import { env } from 'cloudflare:workers';
import { randomInt, randomUUID } from 'node:crypto';
import written from './columns.json';

/**
 * Who may read a column: everybody, the person it is about, or nobody at all. A `few` has so few values that
 * none of them can be told from chance.
 */
export type Reader = 'public' | 'own' | 'secret' | 'few';
export type Row = Record<string, string | number | null>;
export type Canary = { place: string; forms: string[]; reader: 'own' | 'secret'; owner: string | null };

export const columnReaders = written as unknown as Record<string, Record<string, Reader>>;

const MIN_TEXT = 12;
const MIN_NUMBER = 100_000_000;

type Column = { table: string; name: string; type: string };

/** The columns of every table, as the database itself tells. */
export async function listColumns(): Promise<Column[]> {
  const { results } = await env.DB.prepare(
    `SELECT t.name AS 'table', c.name AS name, lower(c.type) AS type
       FROM sqlite_schema t JOIN pragma_table_info(t.name) c
      WHERE t.type = 'table' AND t.name NOT LIKE '\\_%' ESCAPE '\\' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
        AND t.name <> 'd1_migrations' ORDER BY t.name, c.cid`,
  ).all<Column>();
  return results;
}

/** A row in which every value is the only one of its kind. */
export function canaryRow(columns: readonly Column[], table: string): Row {
  const own = columns.filter((column) => column.table === table);
  return Object.fromEntries(
    own.map(({ name, type }) => [name, type === 'integer' ? canaryNumber() : canaryText(table, name)]),
  );
}

export const canaryText = (table: string, column: string): string =>
  `canary-${table}-${column}-${randomUUID().slice(0, 13)}`;

/** A moment of the nineties, so that it can also stand for a time. */
const canaryNumber = (): number => 700_000_000_000 + randomInt(200_000_000_000);

/** What must not come out, and to whom it may. What one may read in one place is no secret in another. */
export function canariesIn(tables: Readonly<Record<string, unknown[]>>): Canary[] {
  const all = privateValues(tables);
  const readable = new Set(all.filter(({ reader }) => reader === 'own').flatMap(({ forms }) => forms));
  return all.filter(({ reader, forms }) => reader === 'own' || !forms.some((form) => readable.has(form)));
}

function privateValues(tables: Readonly<Record<string, unknown[]>>): Canary[] {
  return Object.entries(tables).flatMap(([table, rows]) =>
    (rows as Row[]).flatMap((row) =>
      Object.entries(row).flatMap(([column, value]): Canary[] => {
        const reader = columnReaders[table]?.[column];
        const forms = formsOf(value);
        if (reader === 'public' || reader === 'few' || reader === undefined || forms.length === 0) return [];
        const owner = table === 'account' ? row.id : row.account_id;
        return [
          { place: `${table}.${column}`, forms, reader, owner: owner === undefined ? null : String(owner) },
        ];
      }),
    ),
  );
}

/** The places whose content came out although the viewer is not the one who may read it. */
export function leaksIn(text: string, canaries: readonly Canary[], viewer: string | null): string[] {
  return canaries
    .filter(({ reader, owner }) => reader === 'secret' || owner === null || owner !== viewer)
    .filter(({ forms }) => forms.some((form) => text.includes(form)))
    .map(({ place }) => place);
}

function formsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.length >= MIN_TEXT ? [value] : [];
  if (typeof value !== 'number' || value < MIN_NUMBER) return [];
  return [String(value), new Date(value).toISOString()];
}
