import fc, { type Arbitrary } from 'fast-check';
import type { Document, Operation } from './contract.ts';
import { type Draft, Slot } from './draft.ts';
import { onBytes } from './tricks/on-bytes.ts';
import { onSurroundings } from './tricks/on-surroundings.ts';
import { onValues } from './tricks/on-values.ts';
import type { Trick } from './tricks/trick.ts';
import { type Around, validValues } from './valid-values.ts';

/** Who asks: nobody, one of two people, the first one's API key, or somebody whose time is over. */
export const CALLERS = ['nobody', 'first', 'second', 'key', 'ended', 'forged'] as const;
export type Caller = (typeof CALLERS)[number];

export type Plan = {
  readonly draft: Draft;
  readonly caller: Caller;
  readonly forged: string;
  readonly tricks: readonly Trick[];
};

/** What makes work long after its answer: an account to be made anew, a job that copies everything. */
const RARE = new Set(['eraseMe', 'requestExport']);
const HEADER_SAFE = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/;
const FORGED = [
  'Bearer',
  'Bearer ',
  'Bearer x',
  'Basic cm9vc3Q6cm9vc3Q=',
  'bearer  rk_0000000000000000000000000000000000000000000',
  `Bearer rk_${'A'.repeat(43)}`,
  'Bearer eyJhbGciOiJub25lIiwidHlwIjoiYXQrand0In0.eyJzdWIiOiJ1c3JfMSJ9.',
  `Bearer ${'a.'.repeat(2000)}`,
  'Bearer \u00e9\u00ff',
  'Digest username="x"',
];

const tricks = fc.oneof(onValues, onBytes, onSurroundings);

/** Three in ten as the contract wants them, the others with a few tricks; less for what takes nothing. */
export function plans(document: Document, operations: readonly Operation[]): Arbitrary<Plan> {
  return fc.oneof(
    ...operations.map((operation) => ({
      weight: RARE.has(operation.operationId) ? 1 : operation.body || operation.parameters.length > 0 ? 8 : 3,
      arbitrary: planFor(document, operation),
    })),
  );
}

function planFor(document: Document, operation: Operation): Arbitrary<Plan> {
  const own = operation.isPublic ? 1 : 6;
  return fc.record({
    draft: draftFor(document, operation),
    caller: fc.oneof(
      { weight: operation.isPublic ? 6 : 1, arbitrary: fc.constant<Caller>('nobody') },
      { weight: own, arbitrary: fc.constantFrom<Caller>('first', 'first', 'first', 'second') },
      { weight: 1, arbitrary: fc.constantFrom<Caller>('key', 'ended', 'forged') },
    ),
    forged: fc.constantFrom(...FORGED),
    tricks: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 7, arbitrary: fc.array(tricks, { minLength: 1, maxLength: 3 }) },
    ),
  });
}

function draftFor(document: Document, operation: Operation): Arbitrary<Draft> {
  const { body } = operation;
  const values = (place: string) =>
    fc.record(
      Object.fromEntries(
        operation.parameters
          .filter((parameter) => parameter.in === place)
          .map(({ name, required, schema }) => {
            const isUsable = (text: string) => place !== 'header' || HEADER_SAFE.test(text);
            const around = handedOut(slotName(name, schema.pattern));
            const value = validValues(document, schema, (_, texts) => around(name, texts.filter(isUsable)));
            return [name, required ? value : fc.option(value, { nil: undefined, freq: 2 })];
          }),
      ),
      { noNullPrototype: true },
    );
  const content = body ? validValues(document, body.schema, handedOut()) : fc.constant(undefined);
  return fc
    .record({
      params: values('path'),
      query: values('query').map((query) => Object.entries(query)),
      headers: values('header'),
      body: body && !body.required ? fc.option(content, { nil: undefined, freq: 2 }) : content,
    })
    .map((parts) => ({
      ...parts,
      headers:
        parts.body === undefined ? parts.headers : { ...parts.headers, 'content-type': 'application/json' },
      operation,
      method: operation.method,
    }));
}

/** Half the time what the service has handed out under this name, if it has. */
const handedOut =
  (fixed?: string): Around =>
  (name, value) =>
    fc.oneof(
      value,
      fc.tuple(fc.nat(23), value).map(([index, otherwise]) => new Slot(fixed ?? name, index, otherwise)),
    );

/** An id is known by its prefix, everything else by its own name. */
const slotName = (name: string, pattern?: string) => /^\^([a-z]{3})_/.exec(pattern ?? '')?.[1] ?? name;
