import { validate } from '@scalar/openapi-parser';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { expect, test } from 'vitest';
import { openApiText } from '../../scripts/openapi.ts';
import { endpoints } from '../../src/app.ts';

type Json = null | boolean | number | string | Json[] | { [name: string]: Json };
type Parameter = { name: string; in: string; required?: boolean; schema: object };
type Answer = { description: string; content?: Record<string, { schema: { $ref?: string } }> };
type Operation = {
  operationId: string;
  summary: string;
  tags: string[];
  security: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, Answer>;
};

const text = openApiText();
const document = JSON.parse(text) as {
  paths: Record<string, Record<string, Operation>>;
  tags: { name: string }[];
  components: { schemas: Record<string, Json>; securitySchemes: Record<string, object> };
  'x-problems': { code: string; status: number }[];
};
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({ path, method, ...operation })),
);

test('the document is a valid OpenAPI 3.1 document', async () => {
  const { valid, errors } = await validate(text);
  expect(errors ?? []).toEqual([]);
  expect(valid).toBe(true);
});

test('every registered endpoint is in the document, and nothing else', () => {
  const registered = endpoints.map(({ method, path, operationId }) => `${method} ${path} ${operationId}`);
  const documented = operations.map(({ method, path, operationId }) => `${method} ${path} ${operationId}`);
  expect(documented.toSorted()).toEqual(registered.toSorted());
});

test('the same endpoints give the same bytes, in the order of the alphabet', () => {
  expect(openApiText()).toBe(text);
  for (const record of [document.paths, document.components, document.components.schemas]) {
    expect(Object.keys(record)).toEqual(Object.keys(record).toSorted());
  }
});

test('what may be missing of a staff list is null, and its schema takes that', () => {
  const ajv = new Ajv2020({ strict: false });
  addFormats(ajv);
  const { schemas } = document.components;
  const Discrepancy = schemas.Discrepancy as { properties: Record<string, object> };
  for (const name of ['ours', 'theirs']) {
    const takes = ajv.compile({ ...Discrepancy.properties[name], components: { schemas } });
    expect([takes(null), takes({ amount: 1, currency: 'KES' }), takes('1')], name).toEqual([
      true,
      true,
      false,
    ]);
  }
});

test('a generator finds a name for everything it has to name', () => {
  const ids = operations.map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9]*$/);
  for (const name of Object.keys(document.components.schemas)) expect(name).toMatch(/^[A-Z][A-Za-z0-9]*$/);

  const tags = new Set(document.tags.map(({ name }) => name));
  for (const { operationId, summary, tags: used } of operations) {
    expect(summary, operationId).not.toBe('');
    expect(
      used.filter((tag) => tags.has(tag)),
      operationId,
    ).toHaveLength(1);
  }
});

test('every reference leads somewhere', () => {
  for (const node of objectsIn(document as unknown as Json)) {
    if (typeof node.$ref === 'string') expect(resolve(node.$ref), node.$ref).toBeDefined();
  }
});

test('a shape that has a name is never written out a second time', () => {
  const names = new Map(
    Object.entries(document.components.schemas).map(([name, s]) => [JSON.stringify(s), name]),
  );
  const inside = Object.values(document.components.schemas).flatMap((schema) =>
    Object.values(schema as object),
  );
  for (const node of [...objectsIn(document.paths as unknown as Json), ...inside.flatMap(objectsIn)]) {
    expect(names.get(JSON.stringify(node))).toBeUndefined();
  }
  for (const { operationId, responses } of operations) {
    for (const [status, { content }] of Object.entries(responses)) {
      const problem = content?.['application/problem+json']?.schema;
      if (Number(status) >= 400 && problem)
        expect(problem, operationId).toEqual({ $ref: '#/components/schemas/Problem' });
    }
  }
});

test('the parameters of an operation are those of its path and its endpoint', () => {
  for (const { path, method, operationId, parameters = [] } of operations) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const named = (place: string) => parameters.filter((one) => one.in === place).map(({ name }) => name);
    expect(named('path').toSorted(), operationId).toEqual(inPath.toSorted());
    expect(
      parameters.filter((one) => one.in === 'path' && !one.required),
      operationId,
    ).toEqual([]);
    expect(named('header').includes('Idempotency-Key'), operationId).toBe(method === 'post');
    const { tagged, file, guarded } = endpoints.find((one) => one.operationId === operationId) ?? {};
    const isConditional =
      method === 'get' && (tagged === true || (file !== undefined && file.untagged !== true));
    expect(named('header').includes('If-None-Match'), operationId).toBe(isConditional);
    expect(named('header').includes('If-Match'), operationId).toBe(guarded === true);
  }
});

test('every schema can be used by a validator', () => {
  const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, validateFormats: true });
  addFormats.default(ajv);
  ajv.addKeyword('example').addSchema(document, 'roost').addVocabulary(Object.keys(document));
  for (const name of Object.keys(document.components.schemas)) {
    expect(ajv.getSchema(`roost#/components/schemas/${name}`), name).toBeTypeOf('function');
  }
  const inline = objectsIn(document.paths as unknown as Json).flatMap(({ schema }) =>
    schema ? [schema] : [],
  );
  expect(inline.length).toBeGreaterThan(0);
  for (const schema of inline) {
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"roost#/')) as object;
    expect(() => ajv.compile(absolute), JSON.stringify(schema)).not.toThrow();
  }
});

test('an operation that asks who is calling says how to tell it', () => {
  const schemes = Object.keys(document.components.securitySchemes);
  expect(schemes).toEqual(['apiKey', 'session']);
  for (const { operationId, security } of operations) {
    const { access, scope } = endpoints.find((one) => one.operationId === operationId) ?? {};
    const ways = security.flatMap((way) => Object.entries(way));
    expect(
      security.some((way) => Object.keys(way).length === 0),
      operationId,
    ).toBe(access === 'anyone');
    if (access === 'public') expect(ways, operationId).toEqual([]);
    else if (access === 'session') expect(ways, operationId).toEqual([['session', []]]);
    else
      expect(ways, operationId).toEqual([
        ['session', []],
        ['apiKey', [scope ?? access]],
      ]);
  }
});

test('every code that an operation can answer with is in the list of problems, with its status', () => {
  const status = new Map(document['x-problems'].map((problem) => [problem.code, String(problem.status)]));
  expect(status.get('service.failed')).toBe('500');
  for (const { operationId, responses } of operations) {
    for (const [documented, { description, content }] of Object.entries(responses)) {
      if (!content?.['application/problem+json']) continue;
      for (const code of description.split(', '))
        expect(status.get(code), `${operationId} ${code}`).toBe(documented);
    }
  }
});

function resolve(pointer: string): unknown {
  const parts = pointer.replace(/^#\//, '').split('/');
  return parts.reduce<unknown>(
    (node, part) => (node as Record<string, unknown> | undefined)?.[part],
    document,
  );
}

function objectsIn(node: Json): Record<string, Json>[] {
  if (typeof node !== 'object' || node === null) return [];
  if (Array.isArray(node)) return node.flatMap(objectsIn);
  return [node, ...Object.values(node).flatMap(objectsIn)];
}
