import { expect, test } from 'vitest';
import { endpoints } from '../../src/app.ts';
import { columnReaders, leaksIn, listColumns } from './canaries.ts';
import { settle } from './village.ts';
import { ACTORS, visitors } from './walk.ts';

/** What answers without changing anything: reading, and the one POST that only prepares. */
const readable = endpoints.filter(
  ({ method, operationId }) => method === 'get' || operationId === 'startPasskey',
);

test('it is written down for every column who may read it', async () => {
  const columns = (await listColumns()).map(({ table, name }) => `${table}.${name}`);
  const decided = Object.entries(columnReaders).flatMap(([table, readers]) =>
    Object.keys(readers).map((name) => `${table}.${name}`),
  );
  expect(decided.sort()).toEqual(columns.sort());
});

test('in every private column there is something that would be noticed', async () => {
  const { canaries } = await settle({ totp: 'confirmed' });
  const planted = new Set(canaries.map(({ place }) => place));
  const bare = Object.entries(columnReaders).flatMap(([table, readers]) =>
    Object.entries(readers)
      .filter(([name, reader]) => ['own', 'secret'].includes(reader) && !planted.has(`${table}.${name}`))
      .map(([name]) => `${table}.${name}`),
  );
  expect(bare).toEqual([]);
});

test.each(readable)('$operationId shows nobody what is private to somebody else', async (endpoint) => {
  const leaked: string[] = [];
  const visit = visitors(endpoint, { totp: 'confirmed' });
  for (const actor of ACTORS) {
    const { village, caller, go } = await visit(actor);
    const { text, headers } = await go();
    const leaks = leaksIn(text + headers, village.canaries, caller?.accountId ?? null);
    leaked.push(...leaks.map((place) => `${actor} sees ${place}`));
  }
  expect(leaked).toEqual([]);
});

test('what a person may read of their own does come out, so a leak would be seen', async () => {
  const own = new Set<string>();
  for (const endpoint of readable) {
    const { village, go } = await visitors(endpoint, { totp: 'confirmed' })('guest');
    const { text } = await go();
    for (const place of leaksIn(text, village.canaries, null)) own.add(place);
  }
  const promised = Object.entries(columnReaders).flatMap(([table, readers]) =>
    Object.entries(readers).flatMap(([name, reader]) => (reader === 'own' ? [`${table}.${name}`] : [])),
  );
  expect([...own].sort()).toEqual([...promised, 'the exported file'].sort());
});
