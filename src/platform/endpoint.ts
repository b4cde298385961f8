import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import type { Context as HonoContext, MiddlewareHandler } from 'hono';
import type { Context } from '../context.ts';
import { actorId } from '../kernel/actor.ts';
import { sha256 } from '../kernel/crypto.ts';
import { type FieldError, Refusal } from '../kernel/errors.ts';
import type { z } from '../kernel/zod.ts';
import { readJsonBody, readRaw, readUpload, type Upload } from './body.ts';
import { type IfMatch, matchesTag, readConditions, readIfMatch, wantsFresh } from './conditions.ts';
import { type AnyEndpoint, type FileAnswer, isConditional, toRouteConfig } from './contract.ts';
import type { Database } from './database.ts';
import { AuthRequired, RequestInvalid, UpgradeRequired } from './errors.ts';
import { toPointer } from './pointer.ts';
import { type Answer, REPLAYED, toAnswer } from './problem.ts';
import { PublicAnswer, tagOf } from './public-cache.ts';
import { hashKey, isFinal, type ReplayRequest, releaseReplay, reserveReplay, storeAnswer } from './replay.ts';

export { type AnyEndpoint, endpoint, type FileAnswer } from './contract.ts';

/** What the front door prepares for every request. */
export type Door = {
  context: Context;
  /** Throws a refusal when the credentials are there and not good. */
  authenticate(): Promise<Pick<Context, 'actor' | 'standing'>>;
};

export type DoorEnv = {
  Variables: {
    door: Door;
    operationId: string;
    content: string;
    upload: Upload;
    raw: Uint8Array<ArrayBuffer>;
    ifMatch: IfMatch;
  };
};

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

/** Before the body is looked at: who is it, may such a caller come in at all, and can the request be read. */
function admit(item: AnyEndpoint): MiddlewareHandler<DoorEnv> {
  return async (c, next) => {
    const door = c.get('door');
    c.set('operationId', item.operationId);
    if (item.access !== 'public') {
      const { actor, standing } = await door.authenticate();
      if (actor.kind === 'anonymous' && item.access !== 'anyone') throw AuthRequired();
      door.context = { ...door.context, actor, standing };
    }
    if (item.guarded) c.set('ifMatch', readIfMatch(c.req));
    if (item.upload) c.set('upload', await readUpload(c, item.upload));
    if (item.raw) c.set('raw', await readRaw(c));
    if (item.body) c.set('content', await readJsonBody(c, !item.bodyOptional));
    await next();
  };
}

async function serve(c: HonoContext<DoorEnv>, item: AnyEndpoint): Promise<Response> {
  const ctx = c.get('door').context;
  const valid = (target: string) => c.req.valid(target as never) as never;
  const request = readKey(c, item, ctx);
  const ownsKey = item.keyed === 'verb';
  const input = {
    params: item.params ? valid('param') : undefined,
    query: item.query ? valid('query') : undefined,
    body: item.body ? valid('json') : undefined,
    ifMatch: c.get('ifMatch'),
    upload: c.get('upload'),
    raw: c.get('raw'),
    signature: item.signature === undefined ? undefined : c.req.header(item.signature),
    fresh: wantsFresh(c.req),
    conditions: readConditions(c.req),
    replay: ownsKey && request ? hashKey(ctx.keyring, request) : null,
  } as never;

  if (request && !ownsKey) return send(await serveOnce(item, ctx, input, request), c, item);
  if (item.status === 101 && c.req.header('upgrade')?.toLowerCase() !== 'websocket') throw UpgradeRequired();
  const result = await item.handle(ctx, input);
  if (item.status === 101) return result;
  return item.file && item.method === 'get' ? sendFile(result) : send(answerOf(item, result, ctx), c, item);
}

/** Null when none was sent. */
function readKey(c: HonoContext<DoorEnv>, item: AnyEndpoint, ctx: Context): ReplayRequest | null {
  const key = item.method === 'post' ? c.req.header('idempotency-key') : undefined;
  const refuse = (code: string, message: string) =>
    RequestInvalid({ errors: [{ in: 'header', pointer: '/idempotency-key', code, message }] });
  if (key === undefined) {
    if (item.keyRequired) throw refuse('required', 'is required here');
    return null;
  }
  if (!PRINTABLE_KEY.test(key)) throw refuse('invalid_key', 'must be 1 to 255 printable characters');
  return {
    account: actorId(ctx.actor),
    operationId: item.operationId,
    ...(item.answerLifeMs === undefined ? {} : { keptMs: item.answerLifeMs }),
    key,
    content: JSON.stringify([c.req.path + new URL(c.req.url).search, contentOf(c)]),
  };
}

async function serveOnce(
  item: AnyEndpoint,
  ctx: Context,
  input: never,
  request: ReplayRequest,
): Promise<Answer> {
  const db = ctx.db as Database;
  const reserved = await reserveReplay(db, ctx.keyring, request, ctx.runId, ctx.clock.now(), (result) =>
    answerOf(item, result, ctx),
  );
  if (reserved.kind === 'answered') {
    return { ...reserved.answer, headers: { ...reserved.answer.headers, [REPLAYED]: 'true' } };
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
    const answer = answerOf(item, await item.handle({ ...ctx, replay }, input), ctx);
    if (!sealed) await storeAnswer(db, slot, sealAnswer(answer));
    return answer;
  } catch (error) {
    const answer = error instanceof Refusal && isFinal(error) ? toAnswer(error, ctx.requestId) : null;
    if (answer) await storeAnswer(db, slot, sealAnswer(answer));
    else ctx.defer(releaseReplay(db, slot).catch((cause) => ctx.log.warn('replay.not_released', { cause })));
    throw error;
  }
}

function contentOf(c: HonoContext<DoorEnv>): string {
  const raw = c.get('raw');
  if (raw) return sha256(raw);
  const upload = c.get('upload');
  return upload ? `${upload.contentType} ${sha256(upload.bytes)}` : (c.get('content') ?? '');
}

function answerOf(item: AnyEndpoint, result: unknown, ctx: Context): Answer {
  if (item.file) return textOf(result as FileAnswer);
  const kept = result instanceof PublicAnswer ? result : null;
  const varied = kept ? undefined : item.variant;
  const headers: Record<string, string> = kept ? {} : { ...item.headers?.(result) };
  const body = kept ? kept.body : bodyOf(item, result, ctx);
  if (isReplayed(result)) headers[REPLAYED] = 'true';
  if (item.response) headers['content-type'] = 'application/json';
  if (item.cacheControl) headers['cache-control'] = item.cacheControl;
  if (item.tagged) headers.etag = `"${kept ? kept.tag : (item.tag?.(result, ctx) ?? tagOf(body))}"`;
  return { status: varied?.when(result) ? varied.status : item.status, headers, body };
}

/** A file that is kept for a client's key, as any answer to a POST is. */
const textOf = ({ status, contentType, body, headers }: FileAnswer): Answer => ({
  status,
  headers: { ...headers, 'content-type': String(contentType) },
  body: String(body),
});

/** Said by a verb that is `keyed` itself. */
const isReplayed = (result: unknown): boolean =>
  typeof result === 'object' && result !== null && 'replayed' in result && result.replayed === true;

function bodyOf(item: AnyEndpoint, result: unknown, ctx: Context): string {
  return item.response ? JSON.stringify(item.reply ? item.reply(result, ctx) : result) : '';
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

function sendFile({ status, contentType, body, headers }: FileAnswer): Response {
  const type = contentType === null ? undefined : { 'content-type': contentType };
  return new Response(body, { status, headers: { ...headers, ...type } });
}

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
