import type { RouteConfig } from '@hono/zod-openapi';
import type { Replay } from '../book/index.ts';
import type { Context } from '../context.ts';
import type { Scope } from '../kernel/actor.ts';
import type { RefusalType } from '../kernel/errors.ts';
import type { z } from '../kernel/zod.ts';
import { MAX_BODY_BYTES, type Upload, type UploadRule } from './body.ts';
import type { Conditions, IfMatch } from './conditions.ts';
import {
  AccountEnded,
  AuthRequired,
  InvalidToken,
  KeyInProgress,
  KeyReused,
  PreconditionFailed,
  PreconditionRequired,
  RateLimited,
  RequestInvalid,
  RequestTooLarge,
  StateMoved,
  Unavailable,
  UnsupportedMedia,
  UpgradeRequired,
} from './errors.ts';
import { BUG, Problem, statusOf } from './problem.ts';
import type { PublicAnswer } from './public-cache.ts';

/**
 * A contract and its verb, side by side. `public` reads no credentials at all; `anyone` may come without
 * any, but not with bad ones; `session` needs somebody who logged in; a scope admits a session, or an API key
 * that carries that scope. The verb checks again.
 */
export type Access = 'public' | 'anyone' | 'session' | Scope;

type Schema = z.ZodType;
type Parsed<S> = S extends Schema ? z.output<S> : undefined;

/** What is answered is a file. The verb judges the request's conditions and its range. */
export type FileRule = {
  readonly types: readonly string[];
  readonly ranges?: true;
  /** It is never asked for again, so it has no entity tag. */
  readonly untagged?: true;
};
export type FileAnswer = {
  readonly status: 200 | 206 | 304 | 416;
  readonly contentType: string | null;
  readonly body: string | Uint8Array<ArrayBuffer> | ReadableStream | null;
  readonly headers: Record<string, string>;
};

type Input<P, Q, B, G, U, K> = {
  readonly params: Parsed<P>;
  readonly query: Parsed<Q>;
  readonly body: Parsed<B>;
  readonly ifMatch: G extends true ? IfMatch : undefined;
  readonly upload: U extends UploadRule ? Upload : undefined;
  /** Where the body is `raw`. */
  readonly raw: Uint8Array<ArrayBuffer>;
  readonly signature: string | undefined;
  readonly fresh: boolean;
  readonly conditions: Conditions;
  /** The client's key, where the verb is `keyed`. */
  readonly replay: K extends true ? Replay : Replay | null;
};

export type Endpoint<P, Q, B, R, G, U, F, K> = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: `/${string}`;
  readonly operationId: string;
  readonly room: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  /** With `anyone`: what an API key has to carry. */
  readonly scope?: Scope;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** A body of `{}` may also be sent as nothing. */
  readonly bodyOptional?: true;
  /** The body is a file instead. */
  readonly upload?: U;
  /** The body is whatever it is, and its bytes are what counts. */
  readonly raw?: true;
  /** The header in which the body's signature is. */
  readonly signature?: string;
  /** Changes only the version that the client names in If-Match; the verb refuses when it is another. */
  readonly guarded?: G;
  /** Who keeps the answer for a client's key: the book that the verb asks, rather than D1. */
  readonly keyed?: 'verb';
  /** How long the answer is good for, and kept for a client's key; else a day. */
  readonly answerLifeMs?: number;
  /** Without a key it is refused. */
  readonly keyRequired?: K;
  readonly refusals: readonly RefusalType[];
  /** 101 where the result is a response that opened a WebSocket. */
  readonly status: 101 | 200 | 201 | 202 | 204;
  readonly response?: Schema;
  /** Another status for some results, with the same shape. */
  readonly variant?: { readonly status: 202 | 503; readonly when: (result: R) => boolean };
  /** Answers with an entity tag, and 304 to a client that has it. */
  readonly tagged?: true;
  /** The tag's value, where it is not made of the answer's bytes. */
  readonly tag?: (result: R, ctx: Context) => string;
  readonly cacheControl?: string;
  /** The result is a `FileAnswer`; with a `response`, of JSON too. To a POST, an untagged text. */
  readonly file?: F;
  /** A `PublicAnswer` is sent as it is; nothing below is asked about it. */
  readonly handle: (
    ctx: Context,
    input: Input<P, Q, B, G, U, K>,
  ) => Promise<F extends FileRule ? FileAnswer : R | PublicAnswer>;
  /** The wire shape, where it is not the verb's result itself. */
  readonly reply?: (result: R, ctx: Context) => unknown;
  /** Headers that depend on the result. */
  readonly headers?: (result: R) => Record<string, string>;
};

// biome-ignore lint/suspicious/noExplicitAny: a list of endpoints of every shape
export type AnyEndpoint = Endpoint<any, any, any, any, any, any, any, any>;

export function endpoint<
  R,
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
  G extends true | undefined = undefined,
  U extends UploadRule | undefined = undefined,
  F extends FileRule | undefined = undefined,
  K extends true | undefined = undefined,
>(definition: Endpoint<P, Q, B, R, G, U, F, K>): AnyEndpoint {
  return definition;
}

/** A change that was made can't be answered with "nothing has changed". */
export const isConditional = (item: AnyEndpoint): boolean => item.tagged === true && item.method === 'get';

const ALWAYS = [RequestInvalid, RateLimited, Unavailable];
const AUTHENTICATED = [AuthRequired, InvalidToken, AccountEnded];
const WITH_BODY = [RequestTooLarge, UnsupportedMedia];
const WITH_KEY = [KeyReused, KeyInProgress];
const WITH_VERSION = [PreconditionRequired, PreconditionFailed];
const KEY_HEADER = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description: 'Makes a repeated request answer with the first one’s bytes, for 24 hours',
  schema: { type: 'string' as const, minLength: 1, maxLength: 255, pattern: '^[\\x20-\\x7e]*$' },
};
const MATCH_HEADER = {
  name: 'If-Match',
  in: 'header' as const,
  required: true,
  description: 'The ETag of the version that this is meant to change; * for whichever there is',
  schema: { type: 'string' as const },
};
const SIGNATURE_HEADER = {
  in: 'header' as const,
  required: true,
  description: 'The signature of the body, as its sender makes it',
  schema: { type: 'string' as const },
};
const RANGE_HEADERS = [
  {
    name: 'Range',
    in: 'header' as const,
    required: false,
    description: 'The bytes that are wanted',
    schema: { type: 'string' as const },
  },
  {
    name: 'If-Range',
    in: 'header' as const,
    required: false,
    description: 'The ETag that the range belongs to; with another one, the whole is sent',
    schema: { type: 'string' as const },
  },
];
const TAG_HEADER = {
  name: 'If-None-Match',
  in: 'header' as const,
  required: false,
  description: 'The ETag of what the client has; answers 304 while that is still current',
  schema: { type: 'string' as const },
};

const NOT_CHANGED = { description: 'Not changed since the entity tag that was sent' };

/** How an endpoint is published. */
export function toRouteConfig(item: AnyEndpoint): RouteConfig & { method: AnyEndpoint['method'] } {
  const refusals = [
    ...ALWAYS,
    ...(item.access === 'public' ? [] : AUTHENTICATED),
    ...(item.body || item.upload ? WITH_BODY : []),
    ...(item.raw ? [RequestTooLarge] : []),
    ...(item.guarded ? WITH_VERSION : []),
    ...(item.method === 'get' ? [] : [StateMoved]),
    ...(item.method === 'post' ? WITH_KEY : []),
    ...(item.status === 101 ? [UpgradeRequired] : []),
    ...item.refusals,
  ];
  const problems: Record<number, string[]> = { [BUG.status]: [BUG.code] };
  for (const { kind, code } of refusals) {
    const codes = (problems[statusOf(kind)] ??= []);
    if (!codes.includes(code)) codes.push(code);
  }

  const request: NonNullable<RouteConfig['request']> = {};
  if (item.params) request.params = item.params;
  if (item.query) request.query = item.query;
  if (item.body) {
    request.body = { content: { 'application/json': { schema: item.body } }, required: !item.bodyOptional };
  }
  if (item.raw) {
    request.body = { content: { '*/*': { schema: {} } } };
  }
  if (item.upload) request.body = { content: binary(item.upload.types), required: true };
  const success = {
    description: item.summary,
    ...(item.response ? { content: { 'application/json': { schema: item.response } } } : {}),
    ...(item.tagged ? { headers: { ETag: { schema: { type: 'string' as const } } } } : {}),
  };
  const parameters = [
    ...(item.method === 'post' ? [{ ...KEY_HEADER, required: item.keyRequired === true }] : []),
    ...(item.guarded ? [MATCH_HEADER] : []),
    ...(item.signature ? [{ ...SIGNATURE_HEADER, name: item.signature }] : []),
    ...(isConditional(item) || (item.file && !item.file.untagged) ? [TAG_HEADER] : []),
    ...(item.file?.ranges ? RANGE_HEADERS : []),
  ];
  return {
    method: item.method,
    path: item.path,
    operationId: item.operationId,
    tags: [item.room],
    summary: item.summary,
    ...(item.description === undefined ? {} : { description: item.description }),
    security: securityOf(item),
    ...(parameters.length > 0 ? { parameters } : {}),
    request,
    responses: {
      [item.status]: success,
      ...(item.file ? fileResponses(item.file, success) : {}),
      ...(item.variant ? { [item.variant.status]: success } : {}),
      ...(isConditional(item) ? { 304: NOT_CHANGED } : {}),
      ...Object.fromEntries(
        Object.entries(problems)
          .filter(([status]) => Number(status) !== item.variant?.status)
          .map(([status, codes]) => [
            status,
            {
              description: codes.sort().join(', '),
              content: { 'application/problem+json': { schema: Problem } },
            },
          ]),
      ),
    },
    'x-max-body-bytes': item.body || item.raw ? MAX_BODY_BYTES : item.upload?.maxBytes,
  } as never;
}

function securityOf({ access, scope }: AnyEndpoint) {
  switch (access) {
    case 'public':
      return [];
    case 'session':
      return [{ session: [] }];
    case 'anyone':
      return [{}, { session: [] }, { apiKey: scope === undefined ? [] : [scope] }];
    default:
      return [{ session: [] }, { apiKey: [access] }];
  }
}

const TEXT = { type: 'string' as const };
const BYTES = { type: 'string' as const, format: 'binary' };
const binary = (types: readonly string[]) =>
  Object.fromEntries(types.map((type) => [type, { schema: type.startsWith('text/') ? TEXT : BYTES }]));

function fileResponses(
  { types, ranges, untagged }: FileRule,
  { description, content: also }: { description: string; content?: object },
) {
  const content = { ...also, ...binary(types) };
  if (untagged) return { 200: { description, content } };
  const tag = { ETag: { schema: TEXT } };
  const part = { 'Content-Range': { schema: TEXT } };
  const whole = ranges ? { ...tag, 'Accept-Ranges': { schema: TEXT } } : tag;
  return {
    200: { description, content, headers: whole },
    304: NOT_CHANGED,
    ...(ranges
      ? {
          206: { description: 'The bytes that were asked for', content, headers: { ...whole, ...part } },
          416: { description: 'There are no such bytes', headers: part },
        }
      : {}),
  };
}
