import fc, { type Arbitrary } from 'fast-check';
import { type Document, resolveSchema, type Schema } from './contract.ts';

/**
 * Everything that a schema of the contract allows, as far as this contract uses schemas. `around` may put
 * something else in the place of a string, such as a value that the service itself has handed out.
 */
export type Around = (name: string, value: Arbitrary<string>) => Arbitrary<unknown>;

const LONG = ['a', 'é', '🏠'];
const ADDRESSES = ['a@b.co', 'ADA@EXAMPLE.COM', "o'neil+x_y-z@sub.example.museum", 'x.y@1-2.org'];

export function validValues(
  document: Document,
  schema: Schema,
  around: Around = (_, value) => value,
): Arbitrary<unknown> {
  const arbitraryOf = (written: Schema, name: string): Arbitrary<unknown> => {
    const found = resolveSchema(document, written);
    if (found.const !== undefined) return fc.constant(found.const);
    if (found.enum) return fc.constantFrom(...found.enum);
    const choices = found.anyOf ?? found.oneOf;
    if (choices) return fc.oneof(...choices.map((choice) => arbitraryOf(choice, name)));
    if (Array.isArray(found.type)) {
      return fc.oneof(...found.type.map((type) => arbitraryOf({ ...found, type }, name)));
    }
    switch (found.type) {
      case 'string':
        return around(name, strings(found));
      case 'integer':
        return fc.integer({ min: found.minimum ?? -1_000, max: found.maximum ?? 1_000 });
      case 'number':
        return fc.double({ min: found.minimum ?? -1e6, max: found.maximum ?? 1e6, noNaN: true });
      case 'boolean':
        return fc.boolean();
      case 'null':
        return fc.constant(null);
      case 'array':
        return fc.array(arbitraryOf(found.items ?? {}, name), {
          minLength: found.minItems ?? 0,
          maxLength: found.maxItems ?? (found.minItems ?? 0) + 3,
        });
      case 'object':
        return objects(found, arbitraryOf);
      default:
        throw new Error(`No values are known for ${JSON.stringify(found)}`);
    }
  };
  return arbitraryOf(schema, '');
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
  // A pattern that lets none of these through describes a format of its own.
  if (ends.length === 0) return fc.stringMatching(new RegExp(pattern ?? '')).filter(fits);
  return fc.oneof({ weight: 4, arbitrary: anything }, { weight: 1, arbitrary: fc.constantFrom(...ends) });
}
