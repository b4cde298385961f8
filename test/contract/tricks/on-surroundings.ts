import { Buffer } from 'node:buffer';
import fc, { type Arbitrary } from 'fast-check';
import type { Wire } from '../wire.ts';
import type { Trick } from './trick.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
const ODD_PATHS = [
  '%00',
  '%E0%A4%A',
  '..%2f..',
  '%2e%2e',
  'x'.repeat(4000),
  'usr_',
  '🏠',
  "'",
  '%252f',
  '*',
  ' ',
];
const TYPES = [
  ...[
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
    'image/png',
    'image/jpeg; q=1',
    'image/svg+xml',
  ],
  ...[
    'application/json; charset=utf-16',
    'application/json;',
    'application/vnd.api+json',
    'application/jsonp',
  ],
  ...[
    'Application/JSON',
    'application/json ; charset="UTF-8"',
    'json',
    ';',
    '',
    'application/json, text/plain',
  ],
];
const HEADERS = [
  ['x-request-id', ['', 'short', 'good-request-id', 'x'.repeat(5000), 'a b c d e f g', '../../etc/passwd']],
  ['if-none-match', ['*', '"x"', 'W/"x"', '"', ',,,', 'x'.repeat(3000), '\u00ff']],
  ['if-match', ['*', '"x"', 'W/"x", "y"', 'x', '"', 'x'.repeat(3000), '\u00ff', '']],
  ['if-range', ['"x"', 'W/"x"', 'Sat, 21 Nov 2026 00:00:00 GMT', '']],
  ['cache-control', ['no-cache', 'max-age=0, no-cache', 'x'.repeat(3000)]],
  ['accept', ['text/html', 'application/xml;q=1', '', '*/*;q=0', 'x']],
  ['accept-language', ['de', 'x'.repeat(2000), '\u00ff']],
  ['accept-encoding', ['br', 'identity;q=0', 'x']],
  ['content-encoding', ['gzip', 'br', 'x']],
  ['origin', ['http://localhost:3000', 'https://evil.example', 'null', '']],
  ['range', ['bytes=0-10', 'bytes=5-1', 'bytes=0-0,2-3', `bytes=${'9'.repeat(400)}-`, 'bytes=-0', 'x']],
  ['x-http-method-override', ['DELETE', 'PUT']],
  ['x-forwarded-host', ['evil.example']],
  ['user-agent', ['', 'x'.repeat(3000), '\u00ff\u00fe', 'jndi:ldap://x']],
  ['cookie', ['session=1', 'x'.repeat(3000)]],
] as const;
const ODD_QUERIES = ['x', '__proto__', 'limit[]', 'constructor'];
const KEYS = ['', ' ', 'x'.repeat(255), 'x'.repeat(256), 'k\u00e9y', '\u00ff', '\t', "'; DROP TABLE replay"];
const contentType = fc.constantFrom(...TYPES).map((type) => withHeader('content-type', type));
const noContentType = fc.constant<Trick>({
  name: 'no content type',
  onWire: ({ headers: { 'content-type': _, ...headers }, ...wire }) => ({ ...wire, headers }),
});
const key = fc.constantFrom(...KEYS).map((value) => withHeader('idempotency-key', value));
const header = fc
  .constantFrom(...HEADERS)
  .chain(([name, values]) => fc.constantFrom(...values).map((value) => withHeader(name, value)));
const method = fc.constantFrom(...METHODS).map(
  (name): Trick => ({
    name: `as ${name}`,
    onDraft: (draft) => ({ ...draft, method: name }),
  }),
);
const path = fc.record({ odd: fc.constantFrom(...ODD_PATHS), from: fc.nat() }).map(
  ({ odd, from }): Trick => ({
    name: `path with ${odd.slice(0, 20)}`,
    onWire: (wire) => withPath(wire, odd, from),
  }),
);
const query = fc
  .record({
    name: fc.constantFrom('limit', 'cursor', 'from', 'checkOut', 'adults', 'width', 'token', ...ODD_QUERIES),
    value: fc.oneof(
      fc.constantFrom(
        '',
        '0',
        '1',
        '100',
        '101',
        '-1',
        '1e1',
        '0x10',
        ' 5',
        '1.5',
        'NaN',
        'x',
        'a.b',
        '%00',
        'é',
      ),
      fc.string({ maxLength: 600 }),
    ),
  })
  .map(
    ({ name, value }): Trick => ({
      name: `query ${name}`,
      onDraft: (draft) => ({ ...draft, query: [...draft.query, [name, value.toWellFormed()]] }),
    }),
  );
const cutCursor = fc.nat(200).map(
  (length): Trick => ({
    name: 'a cut query',
    onDraft: (draft) => ({
      ...draft,
      query: draft.query.map(([name, value]) => [
        name,
        value === undefined ? value : String(value).slice(0, length),
      ]),
    }),
  }),
);
const unasked = fc.constant<Trick>({
  name: 'a body that nobody asked for',
  onWire: (wire) => ({ ...wire, body: wire.body ?? Buffer.from('{"x":1}') }),
});

/** On what stands around the body. */
export const onSurroundings: Arbitrary<Trick> = fc.oneof(
  { weight: 2, arbitrary: contentType },
  { weight: 1, arbitrary: noContentType },
  { weight: 2, arbitrary: key },
  { weight: 3, arbitrary: header },
  { weight: 2, arbitrary: method },
  { weight: 2, arbitrary: path },
  { weight: 3, arbitrary: query },
  { weight: 2, arbitrary: cutCursor },
  { weight: 1, arbitrary: unasked },
);

function withHeader(name: string, value: string): Trick {
  return {
    name: `${name}: ${value.slice(0, 30)}`,
    onWire: (wire) => ({ ...wire, headers: { ...wire.headers, [name]: value } }),
  };
}

function withPath(wire: Wire, odd: string, from: number): Wire {
  const [path = '', ...query] = wire.target.split('?');
  const segments = path.split('/');
  const place = 1 + (from % (segments.length - 1 || 1));
  const swapped = segments.map((segment, index) =>
    index === place ? encodeURI(odd).replaceAll('%25', '%') : segment,
  );
  return { ...wire, target: [swapped.join('/'), ...query].join('?') };
}
