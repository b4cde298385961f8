import type { Operation, Reply } from './contract.ts';
import type { Reading, Rulebook } from './rulebook.ts';
import type { Answer, Wire } from './wire.ts';

/** The codes that any problem can have, with their statuses. */
export type Catalogue = ReadonlyMap<string, number>;
type Problem = { code: string; status: number; requestId: string; type: string; errors?: { code: string }[] };

const REQUEST_ID = /^[\w.-]{8,64}$/;
const HEADERS: Readonly<Record<string, RegExp>> = {
  'strict-transport-security': /^max-age=\d{8,}; includeSubDomains/,
  'content-security-policy': /default-src 'none'.*frame-ancestors 'none'/,
  'x-content-type-options': /^nosniff$/,
  'x-frame-options': /^DENY$/,
  'referrer-policy': /^no-referrer$/,
  'cache-control': /no-store|max-age/,
  'x-request-id': REQUEST_ID,
};
/** Well-formed and refused all the same; the contract says so in words. */
const REFUSED_IN_WORDS = new Set(['common_password', 'invalid_cursor']);
const NOT_READ = new Set(['request.invalid', 'request.too_large', 'request.unsupported_media_type']);

/** The first thing that is not as it was promised, or null. */
export function judge(
  rulebook: Rulebook,
  catalogue: Catalogue,
  wire: Wire,
  { operation, verdict }: Reading,
  answer: Answer,
): string | null {
  const { status, headers } = answer;
  if (status >= 500) return `status ${status}`;
  for (const [name, pattern] of Object.entries(HEADERS)) {
    if (!pattern.test(headers[name] ?? '')) return `the header ${name} is ${headers[name]}`;
  }
  const shown = wire.headers['x-request-id'] ?? '';
  if (REQUEST_ID.test(shown) && headers['x-request-id'] !== shown)
    return 'the request id that was sent is lost';
  if (wire.method === 'HEAD' || wire.method === 'OPTIONS') {
    return answer.text === '' ? null : `${wire.method} is answered with a body`;
  }

  const body = parse(answer.text);
  if (body === undefined) return 'the body is not JSON';
  if (/\\u[dD][89a-fA-F]/.test(answer.text)) return 'the body has half a character';
  const problem = status >= 400 ? (body as Problem) : null;
  const fault = problem && faultOfProblem(catalogue, problem, answer);
  if (fault) return fault;
  if (!operation) return judgeNowhere(problem, answer);

  const reply = operation.replies[status];
  if (!reply) return `${operation.operationId} does not say that it can answer ${status}`;
  const shape = faultOfReply(rulebook, reply, answer, body);
  if (shape) return shape;
  if (problem && !reply.description.split(', ').includes(problem.code)) {
    return `${operation.operationId} does not say that it can answer ${status} ${problem.code}`;
  }
  return judgeVerdict(operation, verdict, status, problem);
}

function faultOfProblem(catalogue: Catalogue, problem: Problem, { status, headers }: Answer): string | null {
  if (headers['content-type'] !== 'application/problem+json')
    return `a problem as ${headers['content-type']}`;
  if (problem.status !== status) return `a problem of status ${problem.status} was sent as ${status}`;
  if (catalogue.get(problem.code) !== status) return `${problem.code} is not published as ${status}`;
  // A replay has the bytes of the first answer, its request id among them.
  const isReplay = headers['idempotent-replayed'] === 'true';
  if (!isReplay && problem.requestId !== headers['x-request-id']) return 'the problem names another request';
  if (problem.type !== `/problems#${problem.code}`) return `the problem's type is ${problem.type}`;
  if (status === 401 && !headers['www-authenticate']) return '401 without WWW-Authenticate';
  if (status === 429 && !headers['retry-after']) return '429 without Retry-After';
  if (status === 405 && !headers.allow) return '405 without Allow';
  return null;
}

function judgeNowhere(problem: Problem | null, { status }: Answer): string | null {
  if (
    problem &&
    ['request.not_found', 'request.method_not_allowed', 'request.rate_limited'].includes(problem.code)
  ) {
    return null;
  }
  return `an address that is not published answers ${status} ${problem?.code ?? ''}`;
}

function faultOfReply(
  rulebook: Rulebook,
  reply: Reply,
  { text, headers }: Answer,
  body: unknown,
): string | null {
  const type = headers['content-type'];
  if (!reply.content) {
    return text === '' && type === undefined ? null : `a body of ${type} where none is published`;
  }
  const media = type === undefined ? undefined : reply.content[type];
  if (!media) return `the content type is ${type}`;
  const fault = rulebook.fault(media.schema, body);
  return fault && `the body is not what the schema says: ${fault}`;
}

function judgeVerdict(
  operation: Operation,
  verdict: Reading['verdict'],
  status: number,
  problem: Problem | null,
): string | null {
  if (verdict === 'broken' && status < 400) return `a broken request succeeded with ${status}`;
  if (verdict === 'valid' && problem && NOT_READ.has(problem.code)) {
    const inWords = problem.errors?.every(({ code }) => REFUSED_IN_WORDS.has(code));
    if (!inWords) return `${operation.operationId} refused a request that the contract allows`;
  }
  return null;
}

/** Null for no body, undefined for one that is not JSON. */
function parse(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
