/**
 * Three things can go wrong, and only these:
 * a refusal is for the caller, who can act on it, and has a stable code;
 * a fault is outside and may pass; anything else is a bug and stays an ordinary Error.
 */
export type RefusalKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method_not_allowed'
  | 'conflict'
  | 'stale'
  | 'too_large'
  | 'unsupported_media'
  | 'unprocessable'
  | 'precondition_required'
  | 'rate_limited'
  | 'upgrade_required'
  | 'unavailable';

export type FieldError = {
  in: 'body' | 'query' | 'path' | 'header';
  pointer: string;
  code: string;
  message: string;
};

export type RefusalDetails = {
  detail?: string;
  errors?: readonly FieldError[];
  retryAfterSeconds?: number;
  /** Members that the contract promises for this code, such as `mfaToken`. */
  extra?: Readonly<Record<string, unknown>>;
  /** What was answered before to the same idempotency key. */
  replayed?: true;
};

export class Refusal extends Error {
  readonly type: RefusalType;
  readonly details: RefusalDetails;

  constructor(type: RefusalType, details: RefusalDetails) {
    super(type.code);
    this.name = 'Refusal';
    this.type = type;
    this.details = details;
  }
}

export type RefusalType = {
  (details?: RefusalDetails): Refusal;
  readonly code: string;
  readonly kind: RefusalKind;
  readonly title: string;
};

const defined = new Map<string, RefusalType>();

/** Called once per condition, at module level, in the `errors.ts` of the room that refuses. */
export function defineRefusal(code: string, kind: RefusalKind, title: string): RefusalType {
  if (defined.has(code)) throw new Error(`The code ${code} is defined twice`);
  const type: RefusalType = Object.assign((details: RefusalDetails = {}) => new Refusal(type, details), {
    code,
    kind,
    title,
  });
  defined.set(code, type);
  return type;
}

/** The catalogue of codes, for the documentation and the contract. */
export const refusalCatalogue = (): RefusalType[] =>
  [...defined.values()].sort((a, b) => (a.code < b.code ? -1 : 1));

/** Something outside failed. The caller may try again later; nothing here was half-done. */
export class Fault extends Error {
  readonly dependency: string;

  constructor(dependency: string, cause?: unknown) {
    super(`${dependency} did not answer as it should`, { cause });
    this.name = 'Fault';
    this.dependency = dependency;
  }
}

/** For programmers' errors: a failed assertion is a bug and ends the request. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(`Assertion failed: ${message}`);
}
