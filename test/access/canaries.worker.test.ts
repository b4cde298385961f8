import { expect, test } from 'vitest';
import { endpoints } from '../../src/app.ts';
import { acts } from './acts.ts';
import { columnReaders, leaksIn, listColumns, placeReaders } from './canaries.ts';
import { settle } from './village.ts';
import { ACTORS, visitors } from './walk.ts';

/** What answers without changing anything. */
const readable = endpoints.filter(
  ({ method, operationId }) => method === 'get' || acts[operationId]?.readsByPost,
);

test('it is written down for every column who may read it', async () => {
  const columns = (await listColumns()).map(({ table, name }) => `${table}.${name}`);
  const decided = Object.entries(columnReaders).flatMap(([table, readers]) =>
    Object.keys(readers).map((name) => `${table}.${name}`),
  );
  expect(decided.sort()).toEqual(columns.sort());
});

test('in every private column there is something that would be noticed', async () => {
  const { canaries } = await settle({ totp: 'confirmed', draft: true });
  const planted = new Set(canaries.map(({ place }) => place));
  const bare = placeReaders.filter(
    ([place, reader]) => !['public', 'few'].includes(reader) && !planted.has(place),
  );
  expect(bare).toEqual([]);
});

test.each(
  readable.flatMap(({ operationId, ...rest }) =>
    [false, true].map((draft) => ({
      operationId,
      ...rest,
      draft,
      of: draft ? 'a draft' : 'what is published',
    })),
  ),
)(
  '$operationId shows nobody what is private to somebody else, of $of',
  async ({ draft, of, ...endpoint }) => {
    const leaked: string[] = [];
    const visit = visitors(endpoint, { totp: 'confirmed', ...(draft ? { draft } : {}) });
    for (const actor of ACTORS) {
      const { village, caller, go } = await visit(actor);
      const { text, headers } = await go();
      const leaks = leaksIn(text + headers, village.canaries, caller?.accountId ?? null);
      // What nobody reads but staff, for whose work it is.
      const told = actor === 'staff' ? (acts[endpoint.operationId]?.tells ?? []) : [];
      const untold = leaks.filter((place) => !told.includes(place));
      leaked.push(...untold.map((place) => `${actor} sees ${place}`));
    }
    expect(leaked).toEqual([]);
  },
);

test('a co-host who only writes messages is not shown what those see who keep the calendar', async () => {
  for (const endpoint of readable) {
    const { village, caller, go } = await visitors(endpoint, { help: 'messages' })('co_host');
    const { text, headers } = await go();
    expect(
      leaksIn(text + headers, village.canaries, caller?.accountId ?? null),
      endpoint.operationId,
    ).toEqual([]);
  }
});

test('what people may read does come out, so a leak would be seen', async () => {
  const seen = new Set<string>();
  for (const endpoint of readable) {
    const visit = visitors(endpoint, { totp: 'confirmed', draft: true });
    for (const actor of ['guest', 'host'] as const) {
      const { village, go } = await visit(actor);
      const { text, headers } = await go();
      for (const place of leaksIn(text + headers, village.canaries, null)) seen.add(place);
    }
  }
  const promised = placeReaders.flatMap(([place, reader]) =>
    ['own', 'host', 'keepers', 'sides', 'earner', 'listed'].includes(reader) ? [place] : [],
  );
  const besides = [
    'the exported file',
    'the address of the calendar',
    'a promotion code',
    'a note on a night',
    'who booked a night',
  ];
  expect([...seen].sort()).toEqual([...promised, ...besides].sort());
});
