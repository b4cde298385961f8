import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createApp } from '../src/app.ts';
import { refusalCatalogue } from '../src/kernel/errors.ts';
import { BUG, statusOf } from '../src/platform/problem.ts';
import { ROOT } from './places.ts';

const ROOMS: Readonly<Record<string, string>> = {
  accounts: 'Who people are and how they prove it: registration, login, second factors, sessions, API keys.',
  bookings: 'Who stays where and when: bookings, cancellations, alterations, the waitlist.',
  moderation: 'What staff look after: messages that no retry could save.',
  payments: 'How money comes and goes back: payments by card and by M-Pesa, refunds, what providers tell.',
  privacy: 'What a person may take away, and may have forgotten.',
  properties:
    'What can be rented, when, and at what price: descriptions, pictures, rates, calendars, quotes.',
  search: 'Which places there are, for whom and when.',
  service: 'The state of the service itself.',
};

const DESCRIPTION = `The backend of a home-rental marketplace.

**Who calls.** Send \`Authorization: Bearer\` with an access token from a login, or with an API key (\`rk_…\`) that carries the scope an operation asks for.

**What goes wrong** is answered as \`application/problem+json\` with a stable \`code\`; every code is explained at [/problems](/problems).

**Trying again.** Every POST accepts an \`Idempotency-Key\`; a repeated request is answered with the first one's answer and \`Idempotent-Replayed: true\`.

**Lists** are \`{ data, nextCursor }\`; send \`nextCursor\` back as \`cursor\` to go on, until it is null.

**Limits.** \`RateLimit\` and \`RateLimit-Policy\` tell where a client stands; over it, the answer is 429 with \`Retry-After\`. A JSON body has at most 256 KiB.

**Tracing.** An \`X-Request-Id\` that is sent comes back; otherwise one is made.`;

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;

type Operation = { operationId: string; tags: string[] };
type PathItem = Partial<Record<(typeof METHODS)[number], Operation>>;
export type ProblemCode = { readonly code: string; readonly status: number; readonly title: string };
export type OpenApiDocument = {
  readonly openapi: string;
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly 'x-problems': readonly ProblemCode[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, object>>>>;
};

/** The published contract, made of the registered endpoints. The same endpoints always give the same bytes. */
export const openApiText = (): string => `${JSON.stringify(openApiDocument(), null, 2)}\n`;

function openApiDocument(): OpenApiDocument {
  const app = createApp();
  app.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description: 'The `accessToken` of a login. It may do whatever its account may.',
  });
  app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'rk_…',
    description: 'An API key. It may do what its scopes say; each operation names the scope it asks for.',
  });
  const license = { name: 'Apache 2.0', identifier: 'Apache-2.0' };
  const info = { title: 'Roost', version: packageVersion(), description: DESCRIPTION, license };
  // The registry speaks of zod's and its own types; what comes out is plain JSON.
  const { paths, components } = JSON.parse(
    JSON.stringify(app.getOpenAPI31Document({ openapi: '3.1.0', info })),
  ) as Pick<OpenApiDocument, 'paths' | 'components'>;

  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: '/', description: 'The server that this document came from' }],
    tags: toTags(paths),
    paths: sortKeys(paths, sortMethods),
    components: sortKeys(dropEmpty(components), (group) => sortKeys(group)),
    'x-problems': listProblems(),
  } as OpenApiDocument;
}

/** Every code that a problem can have. */
const listProblems = (): ProblemCode[] =>
  [...refusalCatalogue().map(({ code, kind, title }) => ({ code, status: statusOf(kind), title })), BUG].sort(
    (a, b) => compare(a.code, b.code),
  );

function toTags(paths: OpenApiDocument['paths']): OpenApiDocument['tags'] {
  const used = new Set(
    Object.values(paths).flatMap((item) => Object.values(item).flatMap((operation) => operation.tags)),
  );
  return [...used].sort().map((name) => {
    const description = ROOMS[name];
    if (!description) throw new Error(`Say in scripts/openapi.ts what the room "${name}" is about`);
    return { name, description };
  });
}

const sortMethods = (item: PathItem): PathItem =>
  Object.fromEntries(METHODS.flatMap((method) => (item[method] ? [[method, item[method]]] : [])));

const sortKeys = <T>(
  record: Readonly<Record<string, T>>,
  each: (value: T) => T = (value) => value,
): Record<string, T> =>
  Object.fromEntries(
    Object.entries(record)
      .sort(([a], [b]) => compare(a, b))
      .map(([key, value]) => [key, each(value)]),
  );

const dropEmpty = <T extends object>(record: Readonly<Record<string, T>>): Record<string, T> =>
  Object.fromEntries(Object.entries(record).filter(([, group]) => Object.keys(group).length > 0));

/** By code unit, so that no machine's language changes the order. */
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const packageVersion = (): string =>
  (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version;
