import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../scripts/places.ts';
import { startWorld, type World } from '../world.ts';
import type { Document } from './contract.ts';
import { type Lane, openLane, type Tally } from './lane.ts';
import { plans, walk } from './plans.ts';
import { createRulebook } from './rulebook.ts';
import { createVisitors } from './visitors.ts';
import { openWire } from './wire.ts';

type Published = Document & { 'x-problems': { code: string; status: number }[] };

const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 5_000);
const SEED = Number(process.env.FUZZ_SEED ?? randomInt(2 ** 31));
const LANES = 16;

const document = JSON.parse(readFileSync(join(ROOT, 'openapi.json'), 'utf8')) as Published;
const rulebook = createRulebook(document);
const catalogue = new Map(document['x-problems'].map(({ code, status }) => [code, status]));
const tally: Tally = new Map();

let world: World;
let wire: ReturnType<typeof openWire>;
let lanes: Lane[];

beforeAll(async () => {
  world = await startWorld({ vars: { PASSWORD_COST: '8' } });
  wire = openWire(world.url);
  const { url } = world;
  const visitors = createVisitors(world, wire.send);
  const setting = { url, send: wire.send, rulebook, catalogue, visitors, tally };
  lanes = await Promise.all(Array.from({ length: LANES }, () => openLane(setting)));
});

afterAll(async () => {
  wire?.close();
  await world?.stop();
});

test(
  `${REQUESTS} requests, as they should be and as they should not, are answered as the contract says`,
  async () => {
    const plan = plans(document, rulebook.operations);
    const turns = walk(document, rulebook.operations, SEED);
    for (let at = 0; at < turns.length; at += LANES) {
      await Promise.all(turns.slice(at, at + LANES).map((turn, index) => lanes[index]?.run(turn)));
    }
    const runs = await Promise.all(
      lanes.map((lane, index) =>
        fc.check(
          fc.asyncProperty(plan, (one) => lane.run(one)),
          { seed: SEED + index, numRuns: Math.ceil(REQUESTS / LANES) },
        ),
      ),
    );

    const failures = runs.map(({ errorInstance }) => errorInstance).filter((error) => error !== null);
    const again = `FUZZ_SEED=${SEED} FUZZ_REQUESTS=${REQUESTS} npx vitest run --project world test/contract/fuzz`;
    expect(failures.map(String).join('\n\n'), `Replay with: ${again}\n`).toBe('');
  },
  60_000 + REQUESTS * 20,
);

test('each kind of request was made in numbers, and every operation looked at what it was asked', () => {
  for (const verdict of ['valid', 'broken']) {
    expect(tally.get(verdict), verdict).toBeGreaterThan(REQUESTS / 5);
  }
  const refusedAtTheDoor = /request\.|auth\.(?:required|invalid_token|session_ended)|idempotency\./;
  const reached = [...tally.keys()].filter((name) => !refusedAtTheDoor.test(name));
  // What speaks WebSocket is no matter of requests.
  const asked = rulebook.operations.filter(({ replies }) => !('101' in replies));
  const unreached = asked.filter(
    ({ operationId }) => !reached.some((name) => name.startsWith(`${operationId} `)),
  );
  expect(unreached.map(({ operationId }) => operationId)).toEqual([]);
});
