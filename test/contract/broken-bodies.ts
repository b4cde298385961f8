import fc from 'fast-check';
import { type Document, type Operation, resolveSchema, type Schema } from './contract.ts';
import { orderly } from './orderly.ts';
import { validValues } from './valid-values.ts';

/** One way to break a body, and what the refusal has to say about it. */
export type BrokenBody = {
  readonly name: string;
  readonly body: BodyInit;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
  readonly code: string;
  /** Where the first error points and what it says; absent where no place can be named. */
  readonly pointer?: string;
  readonly error?: string;
};

type Fields = Record<string, unknown>;
type Expected = Pick<BrokenBody, 'status' | 'code' | 'pointer' | 'error'>;

const KIB = 1024;
const DEPTH = 50_000;
/** Given out by the service, and read as nothing else: one that is not from there is no mistake of form. */
const OPAQUE: Readonly<Record<string, Expected>> = { quote: { status: 422, code: 'quotes.invalid' } };
const encoder = new TextEncoder();

const invalid = (pointer: string, error?: string): Expected => ({
  status: 400,
  code: 'request.invalid',
  pointer,
  ...(error === undefined ? {} : { error }),
});
const malformed = invalid('', 'malformed');
const tooLarge: Expected = { status: 413, code: 'request.too_large' };
const unsupported: Expected = { status: 415, code: 'request.unsupported_media_type' };

export function brokenBodies(document: Document, operation: Operation): BrokenBody[] {
  if (!operation.body) return [];
  const schema = resolveSchema(document, operation.body.schema);
  const example = exampleOf(document, schema);
  const fields = Object.entries(schema.properties ?? {});
  return [
    ...brokenBytes(example),
    ...brokenShapes(example, schema.required ?? []),
    ...fields.flatMap(([name, field]) => brokenFields(example, name, resolveSchema(document, field))),
    ...fields.flatMap(([name, field]) => brokenInside(document, example, [name], field)),
    ...(operation.body.required ? [{ name: 'no body at all', body: '', ...malformed }] : []),
  ];
}

/** Every field is there, and every value is one that the schema allows and its words too. */
function exampleOf(document: Document, schema: Schema): Fields {
  const full = { ...schema, required: Object.keys(schema.properties ?? {}) };
  return orderly(fc.sample(validValues(document, full), { seed: 1, numRuns: 1 })[0]) as Fields;
}

function brokenBytes(example: Fields): BrokenBody[] {
  const text = JSON.stringify(example);
  const big = JSON.stringify({ ...example, padding: 'x'.repeat(300 * KIB) });
  const typed = (type: string) => ({
    name: `sent as ${type}`,
    body: text,
    headers: { 'content-type': type },
  });
  return [
    { name: 'cut off', body: text.slice(0, -1), ...malformed },
    { name: 'not JSON', body: `${text.slice(0, -1)},}`, ...malformed },
    { name: 'two values', body: `${text}${text}`, ...malformed },
    { name: 'not a number JSON knows', body: '{"x":NaN}', ...malformed },
    {
      name: 'not UTF-8',
      body: encoder.encode(text).map((byte) => (byte === 0x7d ? 0xff : byte)),
      ...malformed,
    },
    { name: 'half a character in bytes', body: bytes('{"x":"', [0xed, 0xa0, 0x80], '"}'), ...malformed },
    { name: 'a character cut in two', body: bytes('{"x":"', [0xf0, 0x9f], '"}'), ...malformed },
    { name: 'a null byte between values', body: `${text}\u0000`, ...malformed },
    { name: 'deeply nested', body: '['.repeat(DEPTH) + ']'.repeat(DEPTH), ...malformed },
    {
      name: '300 KiB, as it says',
      body: big,
      headers: { 'content-length': String(encoder.encode(big).length) },
      ...tooLarge,
    },
    { name: '300 KiB, in pieces', body: inPieces(big), ...tooLarge },
    {
      name: '300 KiB, said to be 10 bytes',
      body: inPieces(big),
      headers: { 'content-length': '10' },
      ...tooLarge,
    },
    ...['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''].map(
      (type) => ({
        ...typed(type),
        ...unsupported,
      }),
    ),
    { ...typed('application/json; charset=latin1'), ...unsupported },
    { ...typed('application/jsonp'), ...unsupported },
  ];
}

function brokenShapes(example: Fields, required: readonly string[]): BrokenBody[] {
  const wholes = [null, [], [example], 'text', 7, true].map((whole) => {
    const body = JSON.stringify(whole);
    return { name: `the whole is ${body.slice(0, 10)}`, body, ...invalid('', 'invalid_type') };
  });
  const unknown = ['surprise', 'hostId', 'role', 'isHost', 'constructor', 'prototype', 'toString'].map(
    (name) => ({
      name: `unknown field ${name}`,
      body: JSON.stringify({ ...example, [name]: 'x' }),
      ...invalid(`/${name}`, 'unknown_field'),
    }),
  );
  const missing = required.map((name) => {
    const { [name]: _, ...rest } = example;
    return { name: `${name} is missing`, body: JSON.stringify(rest), ...invalid(`/${name}`) };
  });
  const start = JSON.stringify(example).slice(0, -1) + (Object.keys(example).length > 0 ? ',' : '');
  return [
    ...wholes,
    ...unknown,
    ...missing,
    {
      name: 'an unknown field whose name has to be escaped',
      body: JSON.stringify({ ...example, 'a/b~c': 1 }),
      ...invalid('/a~1b~0c', 'unknown_field'),
    },
    {
      name: '__proto__',
      body: `${start}"__proto__":{"isHost":true}}`,
      ...invalid('/__proto__', 'malformed'),
    },
    {
      name: '__proto__ further inside',
      body: `${start}"x":[0,{"__proto__":{"isHost":true}}]}`,
      ...invalid('/x/1/__proto__', 'malformed'),
    },
  ];
}

function brokenFields(example: Fields, name: string, schema: Schema): BrokenBody[] {
  const pointer = `/${name}`;
  const put = (label: string, value: unknown, error?: string): BrokenBody => ({
    name: `${name} ${label}`,
    body: JSON.stringify({ ...example, [name]: value }),
    ...invalid(pointer, error),
  });
  const types = [schema.type].flat();
  const isChoice = schema.enum !== undefined;
  const foreign = isChoice ? 'invalid_value' : 'invalid_type';
  const cases = [
    put('is of another type', types.includes('boolean') ? 'yes' : true, foreign),
    types.includes('array')
      ? put('is an object', { 0: 'x' }, 'invalid_type')
      : put('is a list', [[]], foreign),
    { ...put('is deeply nested', nested(1_000)), ...malformed },
  ];
  if (!types.includes('null')) cases.push(put('is null', null, foreign));
  if (!types.includes('string')) return cases;

  const value = String(example[name]);
  const isText = schema.format === undefined && !isChoice && !isFormat(schema);
  const unclean = isText ? 'unclean_text' : isChoice ? foreign : undefined;
  const odd: BrokenBody[] = [
    put('has a null byte', withInside(value, '\u0000'), unclean),
    put('has the first half of a character', withInside(value, '\ud800'), unclean),
    put('has the second half of a character', withInside(value, '\udfff'), unclean),
    put('has a control character', withInside(value, '\u001b'), unclean),
  ];
  const opaque = OPAQUE[name];
  cases.push(...(opaque ? odd.map((one) => ({ name: one.name, body: one.body, ...opaque })) : odd));
  if (schema.maxLength !== undefined && isText) {
    cases.push(put('is too long', 'x'.repeat(schema.maxLength + 1), 'too_big'));
  }
  if (schema.minLength !== undefined && schema.minLength > 0 && isText) {
    cases.push(put('is too short', 'x'.repeat(schema.minLength - 1), 'too_small'));
  }
  return cases;
}

type Path = readonly (string | number)[];

/** What is known of an object goes for the objects in it. */
function brokenInside(document: Document, example: Fields, path: Path, given: Schema): BrokenBody[] {
  const schema = resolveSchema(document, given);
  const value = path.reduce<unknown>((inside, step) => (inside as Fields)[step], example);
  if (Array.isArray(value)) {
    return schema.items && value.length > 0
      ? brokenInside(document, example, [...path, 0], schema.items)
      : [];
  }
  const put = (name: string, wrong: unknown, error: string): BrokenBody => {
    const body = structuredClone(example);
    path.reduce<Fields>((inside, step) => inside[step] as Fields, body)[name] = wrong;
    const pointer = `/${[...path, name].join('/')}`;
    return { name: `${pointer} is ${wrong}`, body: JSON.stringify(body), ...invalid(pointer, error) };
  };
  if (typeof value !== 'object' || value === null) return [];
  const fields = Object.entries(schema.properties ?? {});
  return [
    ...(schema.additionalProperties === false ? [put('surprise', 'x', 'unknown_field')] : []),
    ...fields.flatMap(([name, field]) => {
      const { type, enum: choice } = resolveSchema(document, field);
      if (type === undefined) return [];
      const wrong = [type].flat().includes('boolean') ? 'yes' : true;
      return put(name, wrong, choice ? 'invalid_value' : 'invalid_type');
    }),
    ...fields.flatMap(([name, field]) =>
      name in value ? brokenInside(document, example, [...path, name], field) : [],
    ),
  ];
}

/** A pattern that an ordinary text does not match says more than which characters are allowed. */
const isFormat = ({ pattern, minLength = 0 }: Schema) =>
  pattern !== undefined && !new RegExp(pattern, 'u').test('x'.repeat(Math.max(minLength, 1)));

const nested = (depth: number): unknown => (depth === 0 ? 0 : [nested(depth - 1)]);

const withInside = (value: string, odd: string) => `${value.slice(0, 1)}${odd}${value.slice(1)}`;

function bytes(before: string, between: readonly number[], after: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...encoder.encode(before), ...between, ...encoder.encode(after)]);
}

function inPieces(text: string): ReadableStream {
  const all = encoder.encode(text);
  let sent = 0;
  return new ReadableStream({
    pull(controller) {
      if (sent >= all.length) return controller.close();
      controller.enqueue(all.slice(sent, sent + 16 * KIB));
      sent += 16 * KIB;
    },
  });
}
