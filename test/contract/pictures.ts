import { Buffer } from 'node:buffer';
import fc, { type Arbitrary } from 'fast-check';
import { AVIF_BASES, JPEG_BASES, PNG_BASES, WEBP_BASES } from '../properties/pictures/bases.ts';
import type { Operation } from './contract.ts';

/** Files to send: mostly pictures that have to be accepted, and all that may be sent in their place. */
export type File = { readonly type: string; readonly bytes: Buffer };

const of = (type: string, bases: Readonly<Record<string, string>>): File[] =>
  Object.values(bases).map((text) => ({ type, bytes: Buffer.from(text, 'base64') }));

const GOOD = [
  ...of('image/jpeg', JPEG_BASES),
  ...of('image/png', PNG_BASES),
  ...of('image/webp', WEBP_BASES),
  ...of('image/avif', AVIF_BASES),
];
export const PICTURE = GOOD.find(({ type }) => type === 'image/png') as File;
const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
const FOREIGN_TYPES = [
  'image/gif',
  'image/svg+xml',
  'image/*',
  'text/html',
  'application/json',
  'image/pngx',
];

export const isGoodPicture = (sent: File): boolean =>
  GOOD.some(({ type, bytes }) => type === sent.type && bytes.equals(sent.bytes));

export function files({ types, maxBytes }: NonNullable<Operation['upload']>): Arbitrary<File> {
  const good = fc.constantFrom(...GOOD);
  const anyType = fc.constantFrom(...types);
  return fc.oneof(
    { weight: 24, arbitrary: good },
    { weight: 3, arbitrary: fc.record({ bytes: good.map(({ bytes }) => bytes), type: anyType }) },
    { weight: 3, arbitrary: fc.tuple(good, fc.nat()).map(([file, at]) => cut(file, at)) },
    {
      weight: 4,
      arbitrary: fc.tuple(good, fc.nat(), fc.nat(255)).map(([file, at, to]) => bend(file, at, to)),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        bytes: fc.constantFrom(SVG, PICTURE.bytes),
        type: fc.constantFrom(...FOREIGN_TYPES),
      }),
    },
    { weight: 1, arbitrary: fc.record({ bytes: fc.constant(SVG), type: anyType }) },
    { weight: 2, arbitrary: fc.record({ bytes: fc.constant(Buffer.alloc(0)), type: anyType }) },
    {
      weight: 1,
      arbitrary: fc
        .record({ bytes: fc.constant(null), type: anyType })
        .map(({ type }) => ({ type, bytes: Buffer.alloc(maxBytes + 1) })),
    },
  );
}

const cut = ({ type, bytes }: File, at: number): File => ({
  type,
  bytes: bytes.subarray(0, at % bytes.length),
});

function bend({ type, bytes }: File, at: number, to: number): File {
  const bent = Buffer.from(bytes);
  bent[at % bent.length] = to;
  return { type, bytes: bent };
}
