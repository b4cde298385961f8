import { Buffer } from 'node:buffer';
import fc, { type Arbitrary } from 'fast-check';
import type { Trick } from './trick.ts';

const CONTENTS = [
  ...['', ' ', 'null', '[]', '{}', '"x"', '0', '{', '{"a":', '{"a":1,}', "{'a':1}", '{"a":1}{"a":2}', 'NaN'],
  ...[
    '{"a":1e999}',
    '\ufeff{}',
    '/* */{}',
    '{"a":"\\ud800"}',
    '{"a":"\\x41"}',
    '{"a":01}',
    '{"a":\u0000}',
    'true',
  ],
];

const cut = fc.nat().map((at) => toBytes('cut off', (bytes) => bytes.subarray(0, at % (bytes.length + 1))));
const splice = fc
  .record({ at: fc.nat(), odd: fc.uint8Array({ minLength: 1, maxLength: 4 }) })
  .map(({ at, odd }) =>
    toBytes('other bytes inside', (bytes) => {
      const place = at % (bytes.length + 1);
      return Buffer.concat([bytes.subarray(0, place), odd, bytes.subarray(place)]);
    }),
  );
const halfCharacter = fc
  .constantFrom([0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x8f], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xff])
  .map((odd) =>
    toBytes('half a character', (bytes) => {
      const place = bytes.indexOf('":"') + 3;
      return Buffer.concat([bytes.subarray(0, place), Buffer.from(odd), bytes.subarray(place)]);
    }),
  );
const twice = fc.constantFrom('null', '"x"', '{}').map((value) =>
  toBytes('the same member twice', (bytes) => {
    const name = /^\{("[^"\\]*"):/.exec(bytes.toString('utf8'))?.[1];
    return name === undefined ? bytes : Buffer.concat([Buffer.from(`{${name}:${value},`), bytes.subarray(1)]);
  }),
);
const proto = fc
  .constantFrom('{"isHost":true}', 'null', '{"__proto__":1}')
  .map((value) => toBytes('__proto__', (bytes) => swapEnd(bytes, `"__proto__":${value}`)));
const content = fc
  .constantFrom(...CONTENTS)
  .map((text) => toBytes(`content ${text}`, () => Buffer.from(text)));
const utf16 = fc.constant(toBytes('UTF-16', (bytes) => Buffer.from(bytes.toString('utf8'), 'utf16le')));
const huge = fc
  .constantFrom(256 * 1024, 256 * 1024 + 1, 300 * 1024)
  .map((size) =>
    toBytes(`${size} bytes`, (bytes) =>
      Buffer.concat([bytes, Buffer.alloc(Math.max(0, size - bytes.length), ' ')]),
    ),
  );

/** On the bytes: what no JSON library would write. */
export const onBytes: Arbitrary<Trick> = fc.oneof(
  { weight: 2, arbitrary: cut },
  { weight: 2, arbitrary: splice },
  { weight: 2, arbitrary: halfCharacter },
  { weight: 2, arbitrary: twice },
  { weight: 1, arbitrary: proto },
  { weight: 2, arbitrary: content },
  { weight: 1, arbitrary: utf16 },
  { weight: 1, arbitrary: huge },
);

function toBytes(name: string, change: (bytes: Buffer) => Buffer): Trick {
  return { name, onWire: (wire) => (wire.body === null ? wire : { ...wire, body: change(wire.body) }) };
}

function swapEnd(bytes: Buffer, member: string): Buffer {
  const text = bytes.toString('utf8');
  if (!text.endsWith('}')) return bytes;
  return Buffer.from(`${text.slice(0, -1)}${text.length > 2 ? ',' : ''}${member}}`);
}
