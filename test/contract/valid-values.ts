import fc, { type Arbitrary } from 'fast-check';
import { type Document, resolveSchema, type Schema } from './contract.ts';

/**
 * Everything that a schema of the contract allows, as far as this contract uses schemas. `around` may put
 * something else in the place of a string, such as a value that the service itself has handed out.
 */
export type Around = (name: string, value: Arbitrary<string>) => Arbitrary<unknown>;

const LONG = ['a', 'é', '🏠'];
const DAY_MS = 86_400_000;
/** Of what has a format of its own, values that mean something to the service. */
const FAMILIAR: Readonly<Record<string, readonly string[]>> = {
  timeZone: ['Africa/Nairobi', 'Europe/Berlin', 'UTC', 'America/Argentina/Buenos_Aires', 'Asia/Kathmandu'],
  url: ['http://sandbox/sandbox/feeds/none.ics', ...'abcdefgh'].map((name, at) =>
    at === 0 ? name : `http://sandbox/sandbox/feeds/${name}.ics?${name}`,
  ),
  phone: ['+254712345678', '254110000001', '+15005550006', '0712345678'],
  'If-Match': ['*', '*', '*', '"1"', 'W/"2"', '"1", "2.x"'],
  'If-None-Match': ['*', '"1"', 'W/"2"'],
  Range: ['bytes=0-9', 'bytes=-5', 'bytes=5-', 'bytes=0-', 'bytes=99999-', 'bytes=0-1,3-4', 'lines=1-2'],
  'If-Range': ['"x"', 'W/"x"'],
};
const ADDRESSES = ['a@b.co', 'ADA@EXAMPLE.COM', "o'neil+x_y-z@sub.example.museum", 'x.y@1-2.org'];

export function validValues(
  document: Document,
  schema: Schema,
  around: Around = (_, value) => value,
  wholeName = '',
): Arbitrary<unknown> {
  const arbitraryOf = (written: Schema, name: string): Arbitrary<unknown> => {
    const found = resolveSchema(document, written);
    if (found.allOf) {
      const parts = found.allOf.map((part) => resolveSchema(document, part));
      return arbitraryOf(Object.assign({}, ...parts), name);
    }
    if (found.const !== undefined) return fc.constant(found.const);
    if (found.enum) return fc.constantFrom(...found.enum);
    const choices = found.anyOf ?? found.oneOf;
    if (choices) return fc.oneof(...choices.map((choice) => arbitraryOf(choice, name)));
    if (Array.isArray(found.type)) {
      return fc.oneof(...found.type.map((type) => arbitraryOf({ ...found, type }, name)));
    }
    switch (found.type) {
      case 'string':
        return found.format === 'date' ? nights() : around(name, familiar(name, found));
      case 'integer':
        return fc.integer({ min: found.minimum ?? -1_000, max: found.maximum ?? 1_000 });
      case 'number':
        if (found.multipleOf !== undefined) return multiples(found, found.multipleOf);
        return fc.double({ min: found.minimum ?? -1e6, max: found.maximum ?? 1e6, noNaN: true });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array':
        return (found.uniqueItems ? fc.uniqueArray : fc.array)(arbitraryOf(found.items ?? {}, name), {
          minLength: found.minItems ?? 0,
          maxLength: found.maxItems ?? (found.minItems ?? 0) + 3,
        });
      case 'object':
        return objects(found, arbitraryOf);
      default:
        throw new Error(`No values are known for ${JSON.stringify(found)}`);
    }
  };
  return arbitraryOf(schema, wholeName);
}

function objects(schema: Schema, arbitraryOf: (schema: Schema, name: string) => Arbitrary<unknown>) {
  const members = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([name, member]) => [name, arbitraryOf(member, name)]),
  );
  const known = fc.record(members, { requiredKeys: schema.required ?? [], noNullPrototype: true });
  const isOpen = schema.additionalProperties !== undefined && schema.additionalProperties !== false;
  if (!isOpen) return known;
  const more = fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.jsonValue({ maxDepth: 2 }), {
    maxKeys: 3,
    noNullPrototype: true,
  });
  return fc.tuple(more, known).map(([other, own]) => ({ ...other, ...own }));
}

/** Mostly the weeks that are ahead, where things happen. */
const nights = (): Arbitrary<string> =>
  fc.oneof(
    {
      weight: 30,
      arbitrary: fc
        .oneof(
          { weight: 9, arbitrary: fc.integer({ min: 1, max: 45 }) },
          { weight: 1, arbitrary: fc.integer({ min: -400, max: 1_200 }) },
        )
        .map((days) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)),
    },
    { weight: 1, arbitrary: fc.constantFrom('2000-01-01', '2028-02-29', '9998-12-31') },
  );

const multiples = ({ minimum = -1_000, maximum = 1_000 }: Schema, step: number): Arbitrary<number> =>
  fc
    .integer({ min: Math.ceil(minimum / step), max: Math.floor(maximum / step) })
    .map((count) => count * step);

function familiar(name: string, schema: Schema): Arbitrary<string> {
  const known = FAMILIAR[name];
  if (!known) return strings(schema);
  return fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: strings(schema) },
  );
}

function strings(schema: Schema): Arbitrary<string> {
  const { minLength = 0, maxLength = 200, pattern, format } = schema;
  const fits = (value: string) => {
    const length = [...value].length;
    return length >= minLength && length <= maxLength && (!pattern || new RegExp(pattern, 'u').test(value));
  };
  switch (format) {
    case 'email':
      // Mostly the same few: behind every new address there is a new counter, which costs as much as ten requests.
      return fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom(...ADDRESSES) },
        { weight: 1, arbitrary: fc.emailAddress().filter(fits) },
      );
    case 'uri':
      return fc
        .webUrl({ validSchemes: ['https'], withQueryParameters: true, withFragments: true })
        .filter(fits);
    case 'date-time':
      return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  }
  const anything = fc.string({ unit: 'grapheme', minLength, maxLength }).filter(fits);
  const ends = LONG.flatMap((unit) => [unit.repeat(minLength), unit.repeat(maxLength)]).filter(fits);
  // A pattern that does not let all of these through describes a format of its own.
  if (!LONG.every((unit) => fits(unit.repeat(maxLength))))
    return fc.stringMatching(new RegExp(pattern ?? '')).filter(fits);
  return fc.oneof({ weight: 4, arbitrary: anything }, { weight: 1, arbitrary: fc.constantFrom(...ends) });
}
