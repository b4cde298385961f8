import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import {
  type Document,
  type Operation,
  operationsOf,
  type Parameter,
  resolveSchema,
  type Schema,
} from './contract.ts';
import { isGoodPicture } from './pictures.ts';
import type { Wire } from './wire.ts';

/** What the contract says about a request on the wire and about a body that comes back. */
export type Reading = {
  /** Null where no operation is published for this method and address. */
  readonly operation: Operation | null;
  /** `unclear` is what the contract leaves open. */
  readonly verdict: 'valid' | 'broken' | 'unclear';
};

export type Rulebook = ReturnType<typeof createRulebook>;

const MAX_BODY_BYTES = 256 * 1024;
const MAX_DEPTH = 30;
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
const PLAIN_JSON = /^application\/json(?:\s*;\s*charset="?utf-8"?)?$/i;
const SOME_JSON = /^application\/json\s*(?:;|$)/i;

export function createRulebook(document: Document) {
  const ajv = addFormats.default(new Ajv2020({ strict: false, logger: false }));
  const operations = operationsOf(document);
  const compiled = new Map<Schema, ValidateFunction>();
  const check = (schema: Schema): ValidateFunction => {
    const known = compiled.get(schema);
    if (known) return known;
    const validate = ajv.compile(closed(document, schema));
    compiled.set(schema, validate);
    return validate;
  };

  const judgeParameter = (parameter: Parameter, given: string | undefined): Reading['verdict'] => {
    if (given === undefined) return parameter.required ? 'broken' : 'valid';
    const isNumber = [parameter.schema.type].flat().some((type) => type === 'integer' || type === 'number');
    if (!isNumber) return check(parameter.schema)(given) ? 'valid' : 'broken';
    // How else a number may be spelled is not published.
    if (/^-?(0|[1-9]\d*)$/.test(given)) return check(parameter.schema)(Number(given)) ? 'valid' : 'broken';
    return Number.isNaN(Number(given)) ? 'broken' : 'unclear';
  };

  const judgeBody = (operation: Operation, { headers, body }: Wire): Reading['verdict'] => {
    if (operation.upload) return judgeUpload(operation.upload, { headers, body });
    if (operation.raw) return (body?.length ?? 0) > operation.raw.maxBytes ? 'broken' : 'valid';
    if (!operation.body) return 'valid';
    if (body === null || body.length === 0) return operation.body.required ? 'broken' : 'valid';
    if (body.length > MAX_BODY_BYTES) return 'broken';
    const type = headers['content-type'] ?? '';
    if (!PLAIN_JSON.test(type)) return SOME_JSON.test(type) ? 'unclear' : 'broken';
    let value: unknown;
    try {
      value = JSON.parse(UTF8.decode(body));
    } catch {
      return 'broken';
    }
    const odd = oddities(value);
    if (odd.proto || !check(operation.body.schema)(value)) return 'broken';
    return odd.deep || odd.half ? 'unclear' : 'valid';
  };

  const routes = operations.map((operation) => ({
    operation,
    pattern: new RegExp(`^${operation.path.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
  }));

  return {
    operations,

    read(wire: Wire): Reading {
      // Taken apart by hand: a URL would tidy the path up.
      const [, pathname = '', search = ''] = /^([^?]*)\??(.*)$/s.exec(wire.target) ?? [];
      const searchParams = new URLSearchParams(search);
      const method = wire.method === 'HEAD' ? 'GET' : wire.method;
      const found = routes.find(
        ({ operation, pattern }) => operation.method === method && pattern.test(pathname),
      );
      if (!found) return { operation: null, verdict: 'unclear' };

      const { operation, pattern } = found;
      const segments = pattern.exec(pathname)?.groups ?? {};
      const queries = operation.parameters.filter((parameter) => parameter.in === 'query');
      const verdicts = operation.parameters.map((parameter) => {
        if (parameter.in === 'path')
          return judgeParameter(parameter, decoded(segments[parameter.name] ?? ''));
        if (parameter.in === 'header') {
          const given = wire.headers[parameter.name.toLowerCase()]?.trim();
          const verdict = judgeParameter(parameter, given);
          // An empty header may be taken for none.
          return given === '' && verdict === 'valid' ? 'unclear' : verdict;
        }
        const given = searchParams.getAll(parameter.name);
        return given.length > 1 ? 'unclear' : judgeParameter(parameter, given[0]);
      });
      const known = new Set(queries.map(({ name }) => name));
      if ([...searchParams.keys()].some((name) => !known.has(name))) verdicts.push('unclear');
      verdicts.push(judgeBody(operation, wire));
      const worst = (['broken', 'unclear'] as const).find((verdict) => verdicts.includes(verdict));
      return { operation, verdict: worst ?? 'valid' };
    },

    /** Null when the body is what the schema says, with nothing in it that the schema does not name. */
    fault(schema: Schema, body: unknown): string | null {
      const validate = check(schema);
      return validate(body) ? null : ajv.errorsText(validate.errors);
    },
  };
}

/** Which bytes are a picture is not published; of some it is known all the same. */
function judgeUpload(
  { types, maxBytes }: NonNullable<Operation['upload']>,
  { headers, body }: Pick<Wire, 'headers' | 'body'>,
): Reading['verdict'] {
  if (body === null || body.length === 0 || body.length > maxBytes) return 'broken';
  const type = headers['content-type'] ?? '';
  if (!types.includes(type.split(';', 1)[0]?.trim().toLowerCase() ?? '')) return 'broken';
  return isGoodPicture({ type, bytes: body }) ? 'valid' : 'unclear';
}

/** Without references, and with every object closed whose schema does not say that it is open. */
function closed(document: Document, written: Schema, isPart = false): object {
  const schema = resolveSchema(document, written);
  const inner = (part: Schema) => closed(document, part);
  const isObject = schema.type === 'object' || schema.allOf !== undefined;
  return {
    ...schema,
    ...(schema.properties ? { properties: mapValues(schema.properties, inner) } : {}),
    ...(schema.items ? { items: inner(schema.items) } : {}),
    ...(schema.anyOf ? { anyOf: schema.anyOf.map(inner) } : {}),
    ...(schema.oneOf ? { oneOf: schema.oneOf.map(inner) } : {}),
    ...(schema.allOf ? { allOf: schema.allOf.map((part) => closed(document, part, true)) } : {}),
    ...(isObject && schema.additionalProperties === undefined && !isPart
      ? { unevaluatedProperties: false }
      : {}),
  };
}

const mapValues = <A, B>(record: Record<string, A>, map: (value: A) => B): Record<string, B> =>
  Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function oddities(body: unknown) {
  const found = { proto: false, deep: false, half: false };
  const waiting = [{ value: body, depth: 0 }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, depth } = next;
    if (typeof value === 'string' && !value.isWellFormed()) found.half = true;
    if (typeof value !== 'object' || value === null) continue;
    if (depth > MAX_DEPTH) found.deep = true;
    for (const [name, member] of Object.entries(value)) {
      if (name === '__proto__') found.proto = true;
      if (!name.isWellFormed()) found.half = true;
      waiting.push({ value: member, depth: depth + 1 });
    }
  }
  return found;
}
