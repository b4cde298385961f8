import { createRoute, type OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import type { Context as HonoContext, MiddlewareHandler } from 'hono';
import type { Context } from '../context.ts';
import { actorId, type Scope } from '../kernel/actor.ts';
import { sha256 } from '../kernel/crypto.ts';
import { type FieldError, Refusal, type RefusalType } from '../kernel/errors.ts';
import type { z } from '../kernel/zod.ts';
import { MAX_BODY_BYTES, readJsonBody } from './body.ts';
import type { Database } from './database.ts';
import {
  AccountEnded,
  AuthRequired,
  InvalidToken,
  KeyInProgress,
  KeyReused,
  RateLimited,
  RequestInvalid,
  RequestTooLarge,
  StateMoved,
  Unavailable,
  UnsupportedMedia,
} from './errors.ts';
import { toPointer } from './pointer.ts';
import { type Answer, BUG, Problem, statusOf, toAnswer } from './problem.ts';
import { isFinal, releaseReplay, reserveReplay, storeAnswer } from './replay.ts';

/**
 * A contract and its verb, side by side. `public` reads no credentials at all; `session` needs somebody
 * who logged in; a scope admits a session, or an API key that carries that scope. The verb checks again.
 */
export type Access = 'public' | 'session' | Scope;

type Schema = z.ZodType;
type Parsed<S> = S extends Schema ? z.output<S> : undefined;

export type Endpoint<P, Q, B, R> = {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly path: `/${string}`;
  readonly operationId: string;
  readonly room: string;
  readonly summary: string;
  readonly description?: string;
  readonly access: Access;
  readonly params?: P;
  readonly query?: Q;
  readonly body?: B;
  /** A body of `{}` may also be sent as nothing. */
  readonly bodyOptional?: true;
  readonly refusals: readonly RefusalType[];
  readonly status: 200 | 201 | 202 | 204;
  readonly response?: Schema;
  /** Another status for some results, with the same shape. */
  readonly variant?: { readonly status: 202 | 503; readonly when: (result: R) => boolean };
  /** Answers with an entity tag, and 304 to a client that has it. */
  readonly tagged?: true;
  readonly cacheControl?: string;
  readonly handle: (
    ctx: Context,
    input: { params: Parsed<P>; query: Parsed<Q>; body: Parsed<B> },
  ) => Promise<R>;
  /** The wire shape, where it is not the verb's result itself. */
  readonly reply?: (result: R) => unknown;
  /** Headers that depend on the result. */
  readonly headers?: (result: R) => Record<string, string>;
};

/** What the front door prepares for every request. */
export type Door = {
  context: Context;
  /** Throws a refusal when the credentials are there and not good. */
  authenticate(): Promise<Pick<Context, 'actor' | 'standing'>>;
};

export type DoorEnv = { Variables: { door: Door; content: string; operationId: string } };

// biome-ignore lint/suspicious/noExplicitAny: a list of endpoints of every shape
export type AnyEndpoint = Endpoint<any, any, any, any>;

export function endpoint<
  R,
  P extends Schema | undefined = undefined,
  Q extends Schema | undefined = undefined,
  B extends Schema | undefined = undefined,
>(definition: Endpoint<P, Q, B, R>): AnyEndpoint {
  return definition;
}

const PRINTABLE_KEY = /^[\x20-\x7e]{1,255}$/;

export function mount(app: OpenAPIHono<DoorEnv>, endpoints: readonly AnyEndpoint[]): void {
  for (const item of endpoints) {
    app.openapi(
      createRoute({ ...toRouteConfig(item), middleware: [admit(item)] }),
      ((c: HonoContext<DoorEnv>) => serve(c, item)) as never,
      (result, c) => {
        if (!result.success) throw invalid(result.error.issues, result.target);
        return c.finalized ? c.res : undefined;
      },
    );
  }
}

/** Before the body is looked at: who is it, may such a caller come in at all, and is the body readable. */
function admit(item: AnyEndpoint): MiddlewareHandler<DoorEnv> {
  return async (c, next) => {
    const door = c.get('door');
    c.set('operationId', item.operationId);
    if (item.access !== 'public') {
      const { actor, standing } = await door.authenticate();
      if (actor.kind === 'anonymous') throw AuthRequired();
      door.context = { ...door.context, actor, standing };
    }
    if (item.body) c.set('content', await readJsonBody(c, !item.bodyOptional));
    await next();
  };
}

async function serve(c: HonoContext<DoorEnv>, item: AnyEndpoint): Promise<Response> {
  const ctx = c.get('door').context;
  const valid = (target: string) => c.req.valid(target as never) as never;
  const input = {
    params: item.params ? valid('param') : undefined,
    query: item.query ? valid('query') : undefined,
    body: item.body ? valid('json') : undefined,
  } as never;

  const key = item.method === 'post' ? c.req.header('idempotency-key') : undefined;
  if (key !== undefined) return send(await serveOnce(c, item, ctx, input, key), c, item);
  const result = await item.handle(ctx, input);
  return send(answerOf(item, result), c, item);
}

async function serveOnce(
  c: HonoContext<DoorEnv>,
  item: AnyEndpoint,
  ctx: Context,
  input: never,
  key: string,
): Promise<Answer> {
  if (!PRINTABLE_KEY.test(key)) {
    const message = 'must be 1 to 255 printable characters';
    throw RequestInvalid({
      errors: [{ in: 'header', pointer: '/idempotency-key', code: 'invalid_key', message }],
    });
  }
  const db = ctx.db as Database;
  const request = {
    account: actorId(ctx.actor) ?? 'anonymous',
    operationId: item.operationId,
    key,
    content: JSON.stringify([c.req.path, c.get('content') ?? '']),
  };
  const reserved = await reserveReplay(db, ctx.keyring, request, ctx.runId, ctx.clock.now(), (result) =>
    answerOf(item, result),
  );
  if (reserved.kind === 'answered') {
    return { ...reserved.answer, headers: { ...reserved.answer.headers, 'idempotent-replayed': 'true' } };
  }

  const { slot, sealAnswer } = reserved;
  let sealed = false;
  const replay = {
    ...slot,
    seal: (result: unknown) => {
      sealed = true;
      return slot.seal(result);
    },
  };
  try {
    const answer = answerOf(item, await item.handle({ ...ctx, replay }, input));
    if (!sealed) await storeAnswer(db, slot, sealAnswer(answer));
    return answer;
  } catch (error) {
    const answer = error instanceof Refusal && isFinal(error) ? toAnswer(error, ctx.requestId) : null;
    if (answer) await storeAnswer(db, slot, sealAnswer(answer));
    else ctx.defer(releaseReplay(db, slot).catch((cause) => ctx.log.warn('replay.not_released', { cause })));
    throw error;
  }
}

function answerOf(item: AnyEndpoint, result: unknown): Answer {
  const body = item.response ? JSON.stringify(item.reply ? item.reply(result) : result) : '';
  const headers: Record<string, string> = { ...item.headers?.(result) };
  if (item.response) headers['content-type'] = 'application/json';
  if (item.cacheControl) headers['cache-control'] = item.cacheControl;
  if (item.tagged) headers.etag = `"${sha256(body).slice(0, 27)}"`;
  return { status: item.variant?.when(result) ? item.variant.status : item.status, headers, body };
}

function send(answer: Answer, c: HonoContext, item: AnyEndpoint): Response {
  const known = isConditional(item) ? c.req.header('if-none-match') : undefined;
  const tag = answer.headers.etag;
  if (known !== undefined && tag !== undefined && matchesTag(known, tag)) {
    const { 'content-type': _, ...headers } = answer.headers;
    return new Response(null, { status: 304, headers });
  }
  return new Response(answer.body === '' ? null : answer.body, {
    status: answer.status,
    headers: answer.headers,
  });
}

/** A change that was made can't be answered with "nothing has changed". */
const isConditional = (item: AnyEndpoint): boolean => item.tagged === true && item.method === 'get';

const matchesTag = (known: string, tag: string) =>
  known.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === tag);

const TARGETS = { json: 'body', query: 'query', param: 'path', header: 'header' } as const;

/** zod's issues as pointers that a form can be marked with. */
function invalid(issues: readonly z.core.$ZodIssue[], target: string): Refusal {
  const place = TARGETS[target as keyof typeof TARGETS] ?? 'body';
  const errors = issues.flatMap((issue): FieldError[] => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.slice(0, 20).map((name) => ({
        in: place,
        pointer: toPointer([...issue.path, name]),
        code: 'unknown_field',
        message: 'is not a field of this request',
      }));
    }
    const own = issue.code === 'custom' ? (issue.params?.code as string | undefined) : undefined;
    return [{ in: place, pointer: toPointer(issue.path), code: own ?? issue.code, message: issue.message }];
  });
  return RequestInvalid({
    errors: errors.map((error) => ({ ...error, message: error.message.toWellFormed() })),
  });
}

const ALWAYS = [RequestInvalid, RateLimited, Unavailable];
const AUTHENTICATED = [AuthRequired, InvalidToken, AccountEnded];
const WITH_BODY = [RequestTooLarge, UnsupportedMedia];
const WITH_KEY = [KeyReused, KeyInProgress];
const KEY_HEADER = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  description: 'Makes a repeated request answer with the first one’s bytes, for 24 hours',
  schema: { type: 'string' as const, minLength: 1, maxLength: 255, pattern: '^[\\x20-\\x7e]*$' },
};
const TAG_HEADER = {
  name: 'If-None-Match',
  in: 'header' as const,
  required: false,
  description: 'The ETag of what the client has; answers 304 while that is still current',
  schema: { type: 'string' as const },
};

function toRouteConfig(item: AnyEndpoint): RouteConfig & { method: AnyEndpoint['method'] } {
  const refusals = [
    ...ALWAYS,
    ...(item.access === 'public' ? [] : AUTHENTICATED),
    ...(item.body ? WITH_BODY : []),
    ...(item.method === 'get' ? [] : [StateMoved]),
    ...(item.method === 'post' ? WITH_KEY : []),
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
  const success = {
    description: item.summary,
    ...(item.response ? { content: { 'application/json': { schema: item.response } } } : {}),
    ...(item.tagged ? { headers: { ETag: { schema: { type: 'string' as const } } } } : {}),
  };
  const scope = item.access === 'public' || item.access === 'session' ? [] : [item.access];
  const parameters = [
    ...(item.method === 'post' ? [KEY_HEADER] : []),
    ...(isConditional(item) ? [TAG_HEADER] : []),
  ];
  return {
    method: item.method,
    path: item.path,
    operationId: item.operationId,
    tags: [item.room],
    summary: item.summary,
    ...(item.description === undefined ? {} : { description: item.description }),
    security:
      item.access === 'public'
        ? []
        : item.access === 'session'
          ? [{ session: [] }]
          : [{ session: [] }, { apiKey: scope }],
    ...(parameters.length > 0 ? { parameters } : {}),
    request,
    responses: {
      [item.status]: success,
      ...(item.variant ? { [item.variant.status]: success } : {}),
      ...(isConditional(item)
        ? { 304: { description: 'Not changed since the entity tag that was sent' } }
        : {}),
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
    'x-max-body-bytes': item.body ? MAX_BODY_BYTES : undefined,
  } as never;
}
