import type { Actor } from '../kernel/actor.ts';
import { isOnHostSide, type Need } from './facts.ts';
import type { Reader, StoredFacts } from './store/reader.ts';

/** Who asks, when, and as which request; what a command needs of its caller and no more. */
export type Call = {
  readonly now: number;
  readonly requestId: string;
  /** `staff` is said by a verb of theirs, after it has made sure. */
  readonly actorKind: Actor['kind'] | 'staff';
  /** Null for somebody who did not say who they are. */
  readonly accountId: string | null;
};

/**
 * What a command comes back with: a refusal is a value, because an exception loses its class on its way
 * out of the object. `changed` is false for a command that found everything as it was asked to be.
 */
export type Outcome<T = null, R extends string = never> =
  | { readonly ok: true; readonly value: T; readonly version: number; readonly changed: boolean }
  | Refused<R | 'unopened' | 'not_found' | 'forbidden'>;
export type Refused<R extends string> = {
  readonly ok: false;
  readonly refusal: R;
  readonly detail?: readonly unknown[];
};

export const refuse = <R extends string>(refusal: R, detail?: readonly unknown[]): Refused<R> =>
  detail ? { ok: false, refusal, detail } : { ok: false, refusal };

export type AuditNote = {
  readonly action: string;
  readonly data?: Readonly<Record<string, unknown>>;
};

/** What happened, for whoever follows the book: as it is now, and as it was. */
export type EventNote = {
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previous: Readonly<Record<string, unknown>> | null;
};

/** The book for somebody of the host side. A stranger learns no more of it than that it is not theirs. */
export function openFor(
  reader: Reader,
  call: Call,
  need: Need,
): StoredFacts | Refused<'unopened' | 'not_found' | 'forbidden'> {
  const facts = reader.facts();
  if (facts === null) return refuse('unopened');
  if (call.actorKind === 'system' || isOnHostSide(facts, call.accountId, need)) return facts;
  return refuse(isOnHostSide(facts, call.accountId, 'messages') ? 'forbidden' : 'not_found');
}

/** The book for whoever may look: everybody at a published property, its own side always. */
export function openForLooking(
  reader: Reader,
  call: Call,
): { facts: StoredFacts; side: 'host' | 'public' } | Refused<'unopened' | 'not_found'> {
  const facts = reader.facts();
  if (facts === null) return refuse('unopened');
  if (isOnHostSide(facts, call.accountId, 'calendar')) return { facts, side: 'host' };
  if (facts.status === 'published' || isOnHostSide(facts, call.accountId, 'messages'))
    return { facts, side: 'public' };
  return refuse('not_found');
}

export const isRefused = <T extends object>(value: T): value is Extract<T, { readonly ok: false }> =>
  'ok' in value && value.ok === false;
