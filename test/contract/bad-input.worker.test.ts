import { expect, test } from 'vitest';
import written from '../../openapi.json';
import { endpoints } from '../../src/app.ts';
import { everything, request } from '../worker/ground.ts';
import { person } from '../worker/people.ts';
import { type BrokenBody, brokenBodies } from './broken-bodies.ts';
import { type Document, type Operation, operationsOf } from './contract.ts';

const document = written as unknown as Document;
const operations = operationsOf(document).filter(({ body }) => body !== null);

test('every operation that takes a body is tried with broken ones', () => {
  const taking = endpoints.filter(({ body }) => body !== undefined).map(({ operationId }) => operationId);
  expect(operations.map(({ operationId }) => operationId).sort()).toEqual(taking.sort());
});

test.each(operations)('$operationId says where a body is broken, and writes nothing', async (operation) => {
  const { token } = await person(operation.operationId, { mfa: true, isHost: true });
  const before = await everything();

  const wrong: string[] = [];
  for (const [index, broken] of brokenBodies(document, operation).entries()) {
    const seen = await send(operation, broken, token, `bad-input-${index}`);
    const { status, code, pointer = seen.pointer, error = seen.error } = broken;
    const expected = { type: 'application/problem+json', status, code, pointer, error };
    const [was, should] = [JSON.stringify(seen), JSON.stringify(expected)];
    if (was !== should) wrong.push(`${broken.name}: ${was} should be ${should}`);
  }

  expect(wrong).toEqual([]);
  expect(await everything()).toEqual(before);
});

/** Of what there isn't: what is broken is said before anything is looked for. */
const addressOf = ({ path, parameters }: Operation) =>
  path.replace(/\{(\w+)\}/g, (_, name) => {
    const { pattern = '' } = parameters.find((parameter) => parameter.name === name)?.schema ?? {};
    const [, length = ''] = pattern.match(/\{(\d+)\}/) ?? [];
    return `${pattern.slice(1, 5)}${'0'.repeat(Number(length))}`;
  });

/** With a key, so that it also shows that a broken request uses none up. */
async function send(operation: Operation, { body, headers }: BrokenBody, token: string, key: string) {
  const response = await request(addressOf(operation), {
    method: operation.method,
    body,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'idempotency-key': key,
      'if-match': '*',
      ...headers,
    },
  });
  const text = await response.text();
  const problem = text.startsWith('{') ? JSON.parse(text) : {};
  return {
    type: response.headers.get('content-type'),
    status: response.status,
    code: problem.code,
    pointer: problem.errors?.[0]?.pointer,
    error: problem.errors?.[0]?.code,
  };
}
