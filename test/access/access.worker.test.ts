import { expect, test } from 'vitest';
import written from '../../openapi.json';
import { endpoints } from '../../src/app.ts';
import { type Document, operationsOf } from '../contract/contract.ts';
import { everything } from '../worker/ground.ts';
import expected from './access.json';
import { leaksIn } from './canaries.ts';
import { ACTORS, type ActorName, visitors } from './walk.ts';

type Row = Record<ActorName, string>;
const table = expected as Record<string, Row>;
const published = new Map(
  operationsOf(written as unknown as Document).map(({ operationId, replies }) => [operationId, replies]),
);
/** Prepares and writes nothing, so that a token is believed to its end, as it is for reading. */
const READS_BY_POST = ['startPasskey'];
const STRANGERS = ['other_guest', 'host', 'other_host', 'co_host', 'staff'] as const;

test('who may do what is written down for every operation, and for nothing else', () => {
  const registered = endpoints.map(({ operationId }) => operationId);
  expect(Object.keys(table).sort()).toEqual(registered.sort());
  for (const row of Object.values(table)) expect(Object.keys(row)).toEqual([...ACTORS]);
});

test('without credentials only what is public opens, and what is public asks for none', () => {
  for (const { operationId, access } of endpoints) {
    const row = table[operationId] as Row;
    if (access !== 'public') expect(row.anonymous, operationId).toBe('401 auth.required');
    else for (const actor of STRANGERS) expect(row[actor], operationId).toBe(row.anonymous);
  }
});

test('nothing is changed for a suspended account, nor by a session that has ended', () => {
  const changing = endpoints.filter(
    ({ method, access, operationId }) =>
      method !== 'get' && access !== 'public' && !READS_BY_POST.includes(operationId),
  );
  for (const { operationId } of changing) {
    expect(table[operationId]?.suspended, operationId).toMatch(/^40[13] auth\./);
    expect(table[operationId]?.ended_session, operationId).toBe('401 auth.session_ended');
  }
});

const WALK_MS = 30_000;

test.each(endpoints)(
  '$operationId opens to whom the table says; a refusal leaves no trace, and no answer tells too much',
  async (endpoint) => {
    const seen: Partial<Row> = {};
    const wrong: string[] = [];
    const visit = visitors(endpoint);
    let before: Awaited<ReturnType<typeof everything>> | null = null;
    for (const actor of ACTORS) {
      const { village, act, caller, go } = await visit(actor);
      if (before === null || actor === 'suspended') before = await everything();
      const { status, text, headers } = await go();

      seen[actor] = toCell(status, text);
      if (status >= 400) {
        expect(await everything(), `${actor} was refused`).toEqual(before);
        if (!isPublished(endpoint.operationId, seen[actor])) wrong.push(`${seen[actor]} is not published`);
      }
      if (status < 400 || actor === 'suspended') before = null;
      const viewer = act.provesGuest ? village.guest.accountId : (caller?.accountId ?? null);
      const leaks = leaksIn(text + headers, village.canaries, viewer);
      const untold = leaks.filter((place) => !act.tells?.includes(place));
      wrong.push(...untold.map((place) => `${actor} sees ${place}`));
    }

    expect(seen).toEqual(table[endpoint.operationId]);
    expect(wrong).toEqual([]);
  },
  WALK_MS,
);

const addressed = endpoints.filter(({ path, operationId }) => /\{/.test(path) && operationId !== 'getUser');

test.each(addressed)('$operationId tells nobody that a foreign thing exists', async (endpoint) => {
  const visit = visitors(endpoint);
  for (const actor of STRANGERS) {
    const { village, act, go } = await visit(actor);
    const foreign = await go();
    const ids = Object.entries(act.path?.(village) ?? {});
    const missing = ids.map(([name, id]) => [name, id.replace(/.{10}$/, '0000000000')]);
    const nothing = await go({ params: Object.fromEntries(missing) });

    expect(foreign.status).toBe(404);
    expect(foreign.text).toBe(nothing.text);
    expect(withoutCount(foreign.headers)).toBe(withoutCount(nothing.headers));
  }
});

const toCell = (status: number, text: string): string =>
  status < 400 ? String(status) : `${status} ${JSON.parse(text).code}`;

function isPublished(operationId: string, cell: string): boolean {
  const [status = '', code = ''] = cell.split(' ');
  return published.get(operationId)?.[status]?.description.split(', ').includes(code) === true;
}

const withoutCount = (headers: string): string => headers.replace(/^ratelimit: .*$/m, '');
