import type { RefusalKind, RefusalType } from '../kernel/errors.ts';
import { Fault, Refusal } from '../kernel/errors.ts';
import { z } from '../kernel/zod.ts';
import { Misconfigured, Unavailable } from './errors.ts';

/** The one switch from what went wrong to what the client is told. */
export const statusOf = (kind: RefusalKind) => {
  switch (kind) {
    case 'invalid':
      return 400;
    case 'unauthenticated':
      return 401;
    case 'forbidden':
      return 403;
    case 'not_found':
      return 404;
    case 'method_not_allowed':
      return 405;
    case 'conflict':
      return 409;
    case 'stale':
      return 412;
    case 'too_large':
      return 413;
    case 'unsupported_media':
      return 415;
    case 'unprocessable':
      return 422;
    case 'precondition_required':
      return 428;
    case 'rate_limited':
      return 429;
    case 'upgrade_required':
      return 426;
    case 'unavailable':
      return 503;
  }
};

const FAULT_RETRY_SECONDS = 5;
/** Says that the answer is an earlier one's. */
export const REPLAYED = 'idempotent-replayed';

export const Problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    code: z.string(),
    requestId: z.string(),
    errors: z
      .array(
        z.object({
          in: z.enum(['body', 'query', 'path', 'header']),
          pointer: z.string(),
          code: z.string(),
          message: z.string(),
        }),
      )
      .optional(),
  })
  .openapi('Problem');

export type Answer = {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
};

/** Null for a bug: the caller logs it and answers with `bugAnswer`. */
export function toAnswer(error: unknown, requestId: string): Answer | null {
  if (error instanceof Fault) {
    return refusalAnswer(Unavailable({ retryAfterSeconds: FAULT_RETRY_SECONDS }), requestId);
  }
  return error instanceof Refusal ? refusalAnswer(error, requestId) : null;
}

/** What a bug looks like from outside. It is no refusal: the caller can do nothing about it. */
export const BUG = { code: 'service.failed', status: 500, title: 'Something went wrong on our side' };

export function bugAnswer(requestId: string): Answer {
  const { code, status, title } = BUG;
  return problemAnswer(status, { type: problemUri(code), title, status, code, requestId });
}

export function misconfiguredAnswer(problems: readonly string[]): Response {
  const { status, headers, body } = refusalAnswer(Misconfigured({ detail: problems.join('; ') }), 'none');
  return new Response(body, { status, headers: { ...headers, 'cache-control': 'no-store' } });
}

const problemUri = (code: string): string => `/problems#${code}`;

export function refusalAnswer({ type, details }: Refusal, requestId: string): Answer {
  const status = statusOf(type.kind);
  const { detail, errors, retryAfterSeconds, extra, replayed } = details;
  const body = {
    type: problemUri(type.code),
    title: type.title,
    status,
    ...(detail === undefined ? {} : { detail }),
    code: type.code,
    requestId,
    ...(errors === undefined ? {} : { errors }),
    ...extra,
  };
  const headers: Record<string, string> = {};
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
  if (replayed) headers[REPLAYED] = 'true';
  if (type.kind === 'unauthenticated') headers['www-authenticate'] = `Bearer error="${bearerError(type)}"`;
  return problemAnswer(status, body, headers);
}

const bearerError = ({ code }: RefusalType) =>
  code === 'auth.required' ? 'invalid_request' : 'invalid_token';

function problemAnswer(status: number, body: object, headers: Record<string, string> = {}): Answer {
  return {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
    body: JSON.stringify(body),
  };
}
