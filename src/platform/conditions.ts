import type { HonoRequest } from 'hono';
import { PreconditionRequired, RequestInvalid } from './errors.ts';

/** What a request says about versions and freshness, beside its body. */
export type Conditions = {
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
};
/** The versions that a change was made for; `*` is whichever there is. */
export type IfMatch = readonly string[] | '*';

const TAG = '(?:W/)?"([\\x21\\x23-\\x7e\\x80-\\xff]*)"';
const TAG_LIST = new RegExp(`^${TAG}(?:[ \\t]*,[ \\t]*${TAG})*$`);

export const readConditions = (request: HonoRequest): Conditions => ({
  ifNoneMatch: request.header('if-none-match'),
  ifModifiedSince: request.header('if-modified-since'),
  range: request.header('range'),
  ifRange: request.header('if-range'),
});

/** Weak or strong is no matter here: an edge that compresses an answer makes its tag weak on the way out. */
export function readIfMatch(request: HonoRequest): IfMatch {
  const given = request.header('if-match');
  if (given === undefined) throw PreconditionRequired();
  if (given === '*') return '*';
  if (!TAG_LIST.test(given)) {
    const message = 'must be * or a list of entity tags';
    throw RequestInvalid({
      errors: [{ in: 'header', pointer: '/if-match', code: 'invalid_tag', message }],
    });
  }
  return [...given.matchAll(new RegExp(TAG, 'g'))].map(([, tag = '']) => tag);
}

/** The client asks for what is true now, past every cache. */
export const wantsFresh = (request: HonoRequest): boolean =>
  [request.header('cache-control'), request.header('pragma')].some((value) =>
    value?.split(',').some((directive) => directive.trim().toLowerCase() === 'no-cache'),
  );

export const matchesTag = (known: string, tag: string): boolean =>
  known.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === tag);
