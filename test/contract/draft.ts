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
  /** Undefined where no body is sent. */
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

export function fillSlots<T>(value: T, pool: Pool): T {
  if (value instanceof Slot) return (pool.pick(value.name, value.index) ?? value.otherwise) as T;
  if (Array.isArray(value)) return value.map((item) => fillSlots(item, pool)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, fillSlots(member, pool)]),
  ) as T;
}

export function toWire(draft: Draft): Wire {
  const path = draft.operation.path.replace(/\{(\w+)\}/g, (_, name) => encode(draft.params[name]));
  const query = draft.query
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`);
  const headers = Object.entries(draft.headers).filter(([, value]) => value !== undefined);
  return {
    method: draft.method,
    target: query.length > 0 ? `${path}?${query.join('&')}` : path,
    headers: Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), String(value)])),
    body: draft.body === undefined ? null : Buffer.from(JSON.stringify(draft.body) ?? ''),
  };
}

const encode = (value: unknown): string => encodeURIComponent(String(value).toWellFormed());
