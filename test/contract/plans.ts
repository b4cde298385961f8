import fc, { type Arbitrary } from 'fast-check';
import type { Document, Operation } from './contract.ts';
import { type Draft, Slot } from './draft.ts';
import { messages } from './messages.ts';
import { gentle, orderly } from './orderly.ts';
import { files } from './pictures.ts';
import { PUBLISHED } from './pool.ts';
import { onBytes } from './tricks/on-bytes.ts';
import { onSurroundings } from './tricks/on-surroundings.ts';
import { onValues } from './tricks/on-values.ts';
import type { Trick } from './tricks/trick.ts';
import { type Around, validValues } from './valid-values.ts';

/** Who asks: nobody, one of three people, the first one's API key, or somebody whose time is over. */
export const CALLERS = ['nobody', 'first', 'second', 'third', 'key', 'ended', 'forged'] as const;
export type Caller = (typeof CALLERS)[number];
const PEOPLE = ['first', 'second', 'third'] as const;

export type Plan = {
  readonly draft: Draft;
  readonly caller: Caller;
  readonly forged: string;
  readonly tricks: readonly Trick[];
  /** Whether it is also asked by the other person, before, and with an idempotency key again, after. */
  readonly isRepeated: boolean;
};

/** What makes work long after its answer: an account to be made anew, a job that copies everything. */
const RARE = new Set(['eraseMe', 'requestExport', 'archiveProperty']);
/** What takes away what others ask about. */
const SELDOM = new Set(['unpublishProperty', 'deleteImage', 'removeFeed']);
/** What others live on. */
const OFTEN = new Set(['createQuote', 'createBooking']);
/** Mostly the first one's places are asked about, where the others are the guests. */
const FOR_GUESTS = new Set(['createBooking', 'joinWaitlist', 'startPayment']);
/** About a place that may be open to everybody, mostly one that is. */
const FOR_ALL = new Set(['createQuote', 'joinWaitlist', 'checkAvailability']);
const ABOUT_A_BOOKING = /^\/v1\/bookings/;
/** What only the service can make: everything else under these names is refused at once. */
const MADE_HERE = new Set(['quote']);
const NEW_KEYS = 4;
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
      weight: weightOf(operation),
      arbitrary: planFor(document, operation),
    })),
  );
}

/** Every operation in turn, by each person once, as the contract wants it. */
export function walk(document: Document, operations: readonly Operation[], seed: number): Plan[] {
  return operations.flatMap((operation) =>
    fc
      .sample(planFor(document, operation), { seed, numRuns: PEOPLE.length })
      .map((plan, turn) => ({ ...plan, caller: PEOPLE[turn] ?? 'first', tricks: [] })),
  );
}

function weightOf({ operationId, body, upload, parameters }: Operation): number {
  if (RARE.has(operationId)) return 2;
  if (OFTEN.has(operationId)) return 16;
  return (body || upload || parameters.length > 0) && !SELDOM.has(operationId) ? 8 : 3;
}

function planFor(document: Document, operation: Operation): Arbitrary<Plan> {
  const own = operation.isPublic ? 1 : 6;
  const nobody = operation.isPublic ? 6 : operation.isOpen ? 4 : 1;
  return fc.record({
    draft: draftFor(document, operation),
    caller: fc.oneof(
      { weight: nobody, arbitrary: fc.constant<Caller>('nobody') },
      { weight: own, arbitrary: fc.constantFrom(...peopleFor(operation)) },
      { weight: 1, arbitrary: fc.constantFrom<Caller>('key', 'ended', 'forged') },
    ),
    forged: fc.constantFrom(...FORGED),
    tricks: fc.oneof(
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 7, arbitrary: fc.array(tricks, { minLength: 1, maxLength: 3 }) },
    ),
    isRepeated: fc.constantFrom(true, false),
  });
}

function peopleFor({ operationId, path }: Operation): Caller[] {
  if (FOR_GUESTS.has(operationId)) return ['second', 'third', 'second', 'third', 'first'];
  if (ABOUT_A_BOOKING.test(path)) return ['first', 'first', 'second', 'third'];
  return ['first', 'first', 'first', 'first', 'first', 'first', 'second', 'third'];
}

function draftFor(document: Document, operation: Operation): Arbitrary<Draft> {
  const values = (place: string) =>
    fc.record(
      Object.fromEntries(
        operation.parameters
          .filter((parameter) => parameter.in === place)
          .map(({ name, required, schema }): [string, Arbitrary<unknown>] => {
            const isUsable = (text: string) => place !== 'header' || HEADER_SAFE.test(text);
            const around =
              name === 'Idempotency-Key' && required
                ? handedOut(name, 1, NEW_KEYS)
                : handedOut(slotFor(operation, name, schema.pattern), place === 'path' ? 6 : 2);
            const value = validValues(
              document,
              schema,
              (_, texts) => around(name, texts.filter(isUsable)),
              name,
            );
            return [name, required ? value : fc.option(value, { nil: undefined, freq: 3 })];
          }),
      ),
      { noNullPrototype: true },
    );
  return fc
    .record({
      params: values('path'),
      query: mended(values('query')).map((query) => Object.entries(query as object)),
      headers: values('header'),
      sent: contentFor(document, operation),
    })
    .map(({ sent: { type, body }, ...parts }) => ({
      ...parts,
      body,
      headers: body === undefined ? parts.headers : { ...parts.headers, 'content-type': type },
      operation,
      method: operation.method,
    }));
}

type Content = { readonly type: string; readonly body: unknown };

function contentFor(document: Document, { body, upload, raw }: Operation): Arbitrary<Content> {
  const type = 'application/json';
  if (upload) return files(upload).map((file) => ({ type: file.type, body: file.bytes }));
  if (raw) return messages;
  if (!body) return fc.constant({ type, body: undefined });
  const content = mended(validValues(document, body.schema, handedOut()));
  const sent = body.required ? content : fc.option(content, { nil: undefined, freq: 2 });
  return sent.map((value) => ({ type, body: value }));
}

/** One in eight as the schema alone allows it, the others as its words have it too. */
const mended = (values: Arbitrary<unknown>): Arbitrary<unknown> =>
  fc.tuple(values, fc.constantFrom(...MENDS)).map(([value, mend]) => mend(value));
const asItIs = (value: unknown) => value;
const MENDS = [asItIs, orderly, orderly, gentle, gentle, gentle, gentle, gentle];

/** What the service has handed out under this name, if it has: half the time, of what is in a path more often. */
const handedOut =
  (fixed?: string, weight = 1, others = 1): Around =>
  (name, value) =>
    fc.oneof(
      { weight: others, arbitrary: value },
      {
        weight: MADE_HERE.has(name) ? 12 : weight,
        arbitrary: fc
          .tuple(fc.nat(23), value)
          .map(([index, otherwise]) => new Slot(fixed ?? name, index, otherwise)),
      },
    );

const slotFor = ({ operationId }: Operation, name: string, pattern?: string): string =>
  name === 'propertyId' && FOR_ALL.has(operationId) ? PUBLISHED : slotName(name, pattern);

/** An id is known by its prefix, everything else by its own name. */
const slotName = (name: string, pattern?: string) => /^\^([a-z]{3}_)/.exec(pattern ?? '')?.[1] ?? name;
