import { isDeepStrictEqual } from 'node:util';
import type { Context } from '../context.ts';
import { SECOND } from '../kernel/clock.ts';
import { sha256 } from '../kernel/crypto.ts';
import { assert } from '../kernel/errors.ts';
import type { z } from '../kernel/zod.ts';
import { inTime, KV_PATIENCE_MS } from './in-time.ts';

/**
 * The one door into KV for public pages. What is in there was shaped by a schema that leaves no room for
 * anything it does not name. An entry counts for 50 seconds from when it was written, whatever copy of it
 * KV gives, so that a host's edit shows to everybody within a minute. KV that fails or dawdles is KV that has nothing.
 */
const FRESH_MS = 50 * SECOND;
// The least that KV takes for either.
const EDGE_TTL_SECONDS = 30;
const KEPT_SECONDS = 60;

declare const brand: unique symbol;
export type PublicText = string & { readonly [brand]: true };
type CacheContext = Pick<Context, 'kv' | 'clock' | 'log' | 'defer'>;

/** A public page, to be sent as the bytes that it is. */
export class PublicAnswer {
  readonly body: PublicText;
  /** The entity tag's value. */
  readonly tag: string;
  readonly writtenAt: number;

  constructor(body: PublicText, tag = tagOf(body), writtenAt = 0) {
    this.body = body;
    this.tag = tag;
    this.writtenAt = writtenAt;
  }
}

export const tagOf = (body: string): string => sha256(body).slice(0, 27);

/** Throws when the value has a field that the schema does not name: publishing it would be a bug. */
export function publicText<S extends z.ZodType>(schema: S, value: z.output<S>): PublicText {
  assertClosed(schema);
  const shaped = schema.parse(value);
  assert(isDeepStrictEqual(shaped, value), 'what is published is what its schema names, and no more');
  return JSON.stringify(shaped) as PublicText;
}

export async function readPublic(ctx: CacheContext, key: string): Promise<PublicAnswer | null> {
  const entry = await attempt(ctx, () =>
    inTime(ctx.kv.get(key, { type: 'text', cacheTtl: EDGE_TTL_SECONDS }), KV_PATIENCE_MS),
  );
  const [, writtenAt, tag, body] = /^(\d+) (\S+)\n(.+)$/s.exec(entry ?? '') ?? [];
  if (tag === undefined || body === undefined) return null;
  const age = ctx.clock.now() - Number(writtenAt);
  return age >= 0 && age <= FRESH_MS ? new PublicAnswer(body as PublicText, tag, Number(writtenAt)) : null;
}

/** What it returns is what the next reader is going to get, so that both are told the same tag. */
export function keepPublic(ctx: CacheContext, key: string, text: PublicText, tag?: string): PublicAnswer {
  const answer = new PublicAnswer(text, tag, ctx.clock.now());
  const entry = `${ctx.clock.now()} ${answer.tag}\n${text}`;
  ctx.defer(attempt(ctx, () => ctx.kv.put(key, entry, { expirationTtl: KEPT_SECONDS })));
  return answer;
}

export function forgetPublic(ctx: CacheContext, key: string): void {
  ctx.defer(attempt(ctx, () => ctx.kv.delete(key)));
}

async function attempt<T>(ctx: CacheContext, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (cause) {
    ctx.log.warn('public_cache.failed', { cause });
    return null;
  }
}

const closed = new WeakSet<z.core.$ZodType>();

/** Nowhere in it is a place for what it does not name. */
function assertClosed(schema: z.core.$ZodType): void {
  if (closed.has(schema)) return;
  for (const part of partsOf((schema as z.core.$ZodTypes)._zod.def)) assertClosed(part);
  closed.add(schema);
}

function partsOf(def: z.core.$ZodTypes['_zod']['def']): readonly z.core.$ZodType[] {
  switch (def.type) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'null':
    case 'enum':
    case 'literal':
      return [];
    case 'object':
      assert(!def.catchall || isNever(def.catchall), 'a public shape names all of its fields');
      return Object.values(def.shape);
    case 'array':
      return [def.element];
    case 'optional':
    case 'nullable':
    case 'default':
    case 'readonly':
      return [def.innerType];
    case 'union':
      return def.options;
    case 'record':
      return [def.keyType, def.valueType];
    case 'pipe':
      return [def.out];
    default:
      throw new Error(`Assertion failed: a public shape has no ${def.type}`);
  }
}

const isNever = (schema: z.core.$ZodType): boolean => schema._zod.def.type === 'never';
