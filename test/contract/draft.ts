import { Buffer } from 'node:buffer';
import type { Operation } from './contract.ts';
import type { Pool } from './pool.ts';
import type { Wire } from './wire.ts';

/** A request while it is still made of values. */
export type Draft = {
  readonly operation: Operation;
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: readonly (readonly [string, unknown])[];
  readonly headers: Readonly<Record<string, unknown>>;
  /** Undefined where no body is sent; bytes where it is a file. */
  readonly body: unknown;
};

/** The place of a value that the service may have handed out; `otherwise` stands in while it has none. */
export class Slot {
  readonly name: string;
  readonly index: number;
  readonly otherwise: unknown;

  constructor(name: string, index: number, otherwise: unknown) {
    this.name = name;
    this.index = index;
    this.otherwise = otherwise;
  }
}

/** The place first, then what belongs to it, then the headers, which go with the whole address. */
export function fillDraft(draft: Draft, pool: Pool): Draft {
  const { operation } = draft;
  const propertyId = fillSlots(draft.params.propertyId, pool);
  const place = typeof propertyId === 'string' ? propertyId : undefined;
  const params = fillSlots(
    { ...draft.params, ...(place === undefined ? {} : { propertyId: place }) },
    pool,
    place,
  );
  const query = fillSlots(draft.query, pool, place);
  const headers = fillSlots(draft.headers, pool, pathOf(operation, params));
  return { ...draft, params, query, headers, body: fillSlots(draft.body, pool, place) };
}

function fillSlots<T>(value: T, pool: Pool, near?: string): T {
  if (value instanceof Slot) return (pool.pick(value.name, value.index, near) ?? value.otherwise) as T;
  if (Array.isArray(value)) return value.map((item) => fillSlots(item, pool, near)) as T;
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, fillSlots(member, pool, near)]),
  ) as T;
}

const pathOf = ({ path }: Operation, params: Draft['params']): string =>
  path.replace(/\{(\w+)\}/g, (_, name) => encode(params[name]));

export function toWire(draft: Draft): Wire {
  const path = pathOf(draft.operation, draft.params);
  const query = draft.query
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`);
  const headers = Object.entries(draft.headers).filter(([, value]) => value !== undefined);
  return {
    method: draft.method,
    target: query.length > 0 ? `${path}?${query.join('&')}` : path,
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), String(value)])),
    body: toBytes(draft.body),
  };
}

function toBytes(body: unknown): Buffer | null {
  if (body === undefined) return null;
  return body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body) ?? '');
}

const encode = (value: unknown): string => encodeURIComponent(String(value).toWellFormed());
