import { mediaType, readText } from './body.ts';
import { Problem } from './problem.ts';
import type { Store } from './store.ts';

const PATH = /^\/sandbox\/feeds\/([a-z0-9-]{1,64})\.ics$/;

type FeedRow = { text: string; version: number };

/** Another platform's calendars: what a developer puts here, Roost reads from http://sandbox/sandbox/feeds/…. */
export function createFeeds(store: Store) {
  const { sql } = store;
  const find = (name: string) =>
    sql.exec<FeedRow>('SELECT text, version FROM feed WHERE name = ?', name).toArray()[0];

  return {
    owns: (pathname: string): boolean => PATH.test(pathname),

    async put(request: Request): Promise<Response> {
      const name = nameIn(request);
      const text = await readText(request);
      if (mediaType(request) !== 'text/calendar') {
        throw new Problem(415, 'request.unsupported_media', 'Send text/calendar.');
      }

      sql.exec(
        `INSERT INTO feed VALUES (?, ?, 1)
         ON CONFLICT DO UPDATE SET text = excluded.text, version = version + 1 WHERE text <> excluded.text`,
        name,
        text,
      );
      return new Response(null, { status: 204 });
    },

    get(request: Request): Response {
      const name = nameIn(request);
      const row = find(name);
      if (!row) throw new Problem(404, 'request.not_found', `There is no calendar ${name}.`);

      const headers = { etag: `"${name}-${row.version}"`, 'content-type': 'text/calendar; charset=utf-8' };
      if (request.headers.get('if-none-match') === headers.etag) {
        return new Response(null, { status: 304, headers: { etag: headers.etag } });
      }
      return new Response(row.text, { headers });
    },

    remove(request: Request): Response {
      sql.exec('DELETE FROM feed WHERE name = ?', nameIn(request));
      return new Response(null, { status: 204 });
    },
  };
}

const nameIn = (request: Request): string => PATH.exec(new URL(request.url).pathname)?.[1] ?? '';
