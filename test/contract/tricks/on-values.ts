import fc, { type Arbitrary } from 'fast-check';
import { pathAt, removeAt, withMember, writeAt } from './places.ts';
import type { Trick } from './trick.ts';

const NAMES = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'hostId', 'role', 'roles'],
  ...['isHost', 'status', 'total', 'id', 'accountId', 'email', 'scopes', '', 'a/b~c', '🏠', '\ud800'],
];
const ODD_TEXTS = [
  '\u0000',
  '\u001b[2J',
  '\ud800',
  '\udc00x',
  '\r\nx: y',
  '\u202e',
  '\ufeff',
  "' OR 1=1 --",
  '{{7*7}}',
];
const ODD_NUMBERS = [-1, 0, 0.5, 1e21, -1e308, 2 ** 53, Number.MAX_VALUE, 1.0000000000000002];
const ODD_VALUES = [null, true, false, '', [], {}, [null], { length: 1 }, ...ODD_NUMBERS, ...ODD_TEXTS];
const replace = fc
  .record({ at: fc.nat(), value: fc.oneof(fc.constantFrom(...ODD_VALUES), fc.jsonValue({ maxDepth: 3 })) })
  .map(({ at, value }) => onBody('another value', (body) => writeAt(body, pathAt(body, at), () => value)));
const remove = fc.nat().map((at) => onBody('a member less', (body) => removeAt(body, pathAt(body, at))));
const add = fc
  .record({
    at: fc.nat(),
    name: fc.constantFrom(...NAMES),
    value: fc.constantFrom(...ODD_VALUES, 'staff', ['staff']),
  })
  .map(({ at, name, value }) =>
    onBody(`a member more: ${name}`, (body) =>
      writeAt(body, pathAt(body, at), (was) => withMember(was, name, value)),
    ),
  );
const stretch = fc
  .record({
    at: fc.nat(),
    text: fc.constantFrom('x', ' ', 'é', '🏠', '\n'),
    length: fc.constantFrom(40, 300, 3_000, 70_000),
  })
  .map(({ at, text, length }) =>
    onBody('a long text', (body) => writeAt(body, pathAt(body, at), () => text.repeat(length))),
  );
const soil = fc
  .record({ at: fc.nat(), odd: fc.constantFrom(...ODD_TEXTS) })
  .map(({ at, odd }) =>
    onBody('an odd text', (body) =>
      writeAt(body, pathAt(body, at), (was) => (typeof was === 'string' ? was + odd : was)),
    ),
  );
const nest = fc
  .record({ at: fc.nat(), depth: fc.constantFrom(3, 40, 600) })
  .map(({ at, depth }) =>
    onBody(`${depth} levels`, (body) => writeAt(body, pathAt(body, at), () => nested(depth))),
  );

/** On the values: what is said, said in another shape. */
export const onValues: Arbitrary<Trick> = fc.oneof(
  { weight: 6, arbitrary: replace },
  { weight: 3, arbitrary: remove },
  { weight: 4, arbitrary: add },
  { weight: 3, arbitrary: stretch },
  { weight: 4, arbitrary: soil },
  { weight: 2, arbitrary: nest },
);

function onBody(name: string, change: (body: unknown) => unknown): Trick {
  return {
    name,
    onDraft: (draft) =>
      draft.body === undefined || draft.body instanceof Uint8Array
        ? draft
        : { ...draft, body: change(draft.body) },
  };
}

const nested = (depth: number): unknown => {
  let value: unknown = 0;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { x: value };
  return value;
};
