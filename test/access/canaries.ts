import { env } from 'cloudflare:workers';
import { randomInt, randomUUID } from 'node:crypto';
import written from './columns.json';

/**
 * Who may read a column: everybody; whoever may see the property, which is everybody once it is published;
 * the host's side of it; of that, those who keep the calendar, alone or together with the guest whose stay it
 * is; the host who earns it; the person it is about; staff; or nobody at all. A `few` has so few values that none
 * of them can be told from chance. Of a column in JSON, it is said for each member.
 */
export type Reader =
  | 'public'
  | 'listed'
  | 'host'
  | 'keepers'
  | 'sides'
  | 'earner'
  | 'own'
  | 'staff'
  | 'secret'
  | 'few';
type Readers = Reader | { readonly [member: string]: Readers };
export type Row = Record<string, string | number | null>;
/** Who may read it, which may be nobody. */
export type Canary = { place: string; forms: string[]; readers: readonly string[] };

export const columnReaders = written as unknown as Record<string, Record<string, Readers>>;
/** By the name of each column or, in JSON, of each member. */
export const placeReaders: readonly (readonly [place: string, reader: Reader])[] = Object.entries(
  columnReaders,
).flatMap(([table, columns]) =>
  Object.entries(columns).flatMap(([column, said]) => placesIn(`${table}.${column}`, said)),
);
const readerOf = new Map(placeReaders);

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
export const canaryNumber = (): number => 700_000_000_000 + randomInt(200_000_000_000);

/**
 * What must not come out, and to whom it may. What one may read in one place is no secret in another, and what
 * everybody may is none anywhere.
 */
export function canariesIn(tables: Readonly<Record<string, Row[]>>): Canary[] {
  const { told, all } = valuesIn(tables);
  const readable = new Set(all.filter(({ readers }) => readers.length > 0).flatMap(({ forms }) => forms));
  return all.filter(
    ({ readers, forms }) =>
      !forms.some((form) => told.has(form)) &&
      (readers.length > 0 || !forms.some((form) => readable.has(form))),
  );
}

function valuesIn(tables: Readonly<Record<string, Row[]>>) {
  const told = new Set<string>();
  const all: Canary[] = [];
  for (const [table, rows] of Object.entries(tables)) {
    for (const row of rows) {
      for (const [place, value] of valuesOf(table, row)) {
        const reader = readerOf.get(place);
        const readers = readersOf(reader, table, row, tables);
        const forms = formsOf(value);
        if (reader === 'public') for (const form of forms) told.add(form);
        if (readers !== 'everybody' && forms.length > 0) all.push({ place, forms, readers });
      }
    }
  }
  return { told, all };
}

const valuesOf = (table: string, row: Row): [place: string, value: unknown][] =>
  Object.entries(row).flatMap(([column, value]) => {
    const said = columnReaders[table]?.[column] ?? 'few';
    const whole = typeof said === 'object' ? JSON.parse(String(value)) : value;
    return membersOf(`${table}.${column}`, said, whole);
  });

function membersOf(place: string, said: Readers | undefined, value: unknown): [string, unknown][] {
  if (said === undefined) throw new Error(`Say in columns.json who may read ${place}`);
  if (typeof said === 'string') return [[place, value]];
  if (value === null) return [];
  return Object.entries(value as object).flatMap(([name, inside]) =>
    membersOf(`${place}.${name}`, said[name], inside),
  );
}

function placesIn(place: string, said: Readers): (readonly [string, Reader])[] {
  if (typeof said === 'string') return [[place, said]];
  return Object.entries(said).flatMap(([name, inside]) => placesIn(`${place}.${name}`, inside));
}

function readersOf(
  reader: Reader | undefined,
  table: string,
  row: Row,
  tables: Readonly<Record<string, Row[]>>,
): readonly string[] | 'everybody' {
  switch (reader) {
    case 'secret':
      return [];
    case 'earner':
      return [String(row.host_id)];
    case 'staff':
      return (tables.account ?? []).filter(({ roles }) => roles !== '[]').map(({ id }) => String(id));
    case 'own':
      return [String(table === 'account' ? row.id : row.account_id)];
    case 'host':
      return sideOf(table, row, tables).people;
    case 'keepers':
      return sideOf(table, row, tables).keepers;
    case 'sides':
      return [...sideOf(table, row, tables).keepers, String(row.guest_id)];
    case 'listed': {
      const { people, isPublished } = sideOf(table, row, tables);
      return isPublished ? 'everybody' : people;
    }
    default:
      return 'everybody';
  }
}

/** Whose property a row is about. */
function sideOf(table: string, row: Row, tables: Readonly<Record<string, Row[]>>) {
  const id = table === 'property' ? row.id : row.property_id;
  const about = (name: string, key = 'property_id') => (tables[name] ?? []).filter((of) => of[key] === id);
  const host = about('property', 'id').map(({ host_id }) => String(host_id));
  const helpers = (rows: Row[]) => rows.map(({ account_id }) => String(account_id));
  return {
    isPublished: about('listing').some(({ status }) => status === 'published'),
    people: [...host, ...helpers(about('co_host'))],
    keepers: [...host, ...helpers(about('co_host').filter(({ access }) => access !== 'messages'))],
  };
}

/** The places whose content came out although the viewer is none of those who may read it. */
export const leaksIn = (text: string, canaries: readonly Canary[], viewer: string | null): string[] =>
  canaries
    .filter(({ readers }) => viewer === null || !readers.includes(viewer))
    .filter(({ forms }) => forms.some((form) => text.includes(form)))
    .map(({ place }) => place);

function formsOf(value: unknown): string[] {
  if (typeof value === 'string') return value.length >= MIN_TEXT ? [value] : [];
  if (typeof value !== 'number') return [];
  // Part of a degree; the public's point has six decimals.
  if (!Number.isInteger(value)) return [String(value), value.toFixed(7)].filter((form) => form.length >= 9);
  return value < MIN_NUMBER ? [] : [String(value), new Date(value).toISOString()];
}
