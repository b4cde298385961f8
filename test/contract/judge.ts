import type { Operation, Reply } from './contract.ts';
import { isTrueInWords } from './in-words.ts';
import type { Reading, Rulebook } from './rulebook.ts';
import type { Answer, Wire } from './wire.ts';

/** The codes that any problem can have, with their statuses. */
export type Catalogue = ReadonlyMap<string, number>;
type Problem = {
  code: string;
  status: number;
  requestId: string;
  type: string;
  errors?: { in: 'body' | 'query' | 'path' | 'header'; pointer: string; code: string }[];
};

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
/** What a user sent is shown where nothing runs. */
const FILE_POLICY = /^default-src 'none'; sandbox$/;
const NOT_READ = new Set([
  ...['request.invalid', 'request.too_large', 'request.unsupported_media_type'],
  'request.precondition_required',
]);
const ASKED_FOR: Readonly<Record<number, string>> = { 206: 'range', 304: 'if-none-match', 416: 'range' };
const SIGNATURES: Readonly<Record<string, RegExp>> = {
  'image/jpeg': /^\xff\xd8\xff/,
  'image/png': /^\x89PNG\r\n/,
  'image/webp': /^RIFF[\s\S]{4}WEBP/,
  'image/avif': /^[\s\S]{4}ftyp/,
  'text/csv': /^(?:[^,\r\n]*(?:,[^,\r\n]*){6}\r\n)+$/,
  'text/html': /^<!doctype html>/,
  'text/calendar': /^BEGIN:VCALENDAR\r\n[\s\S]*END:VCALENDAR\r\n$/,
};

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
  const isPicture = status < 400 && showsPictures(operation);
  for (const [name, usual] of Object.entries(HEADERS)) {
    const pattern = isPicture && name === 'content-security-policy' ? FILE_POLICY : usual;
    if (!pattern.test(headers[name] ?? '')) return `the header ${name} is ${headers[name]}`;
  }
  const shown = wire.headers['x-request-id'] ?? '';
  if (REQUEST_ID.test(shown) && headers['x-request-id'] !== shown)
    return 'the request id that was sent is lost';
  if (wire.method === 'HEAD' || wire.method === 'OPTIONS') {
    return answer.bytes.length === 0 ? null : `${wire.method} is answered with a body`;
  }
  const asked = ASKED_FOR[status];
  if (asked !== undefined && wire.headers[asked] === undefined) return `${status} without ${asked}`;

  const isJson = isJsonType(headers['content-type']);
  const body = isJson || answer.bytes.length === 0 ? parse(answer.text) : answer.bytes;
  if (body === undefined) return 'the body is not JSON';
  if (isJson && /\\u[dD][89a-fA-F]/.test(answer.text)) return 'the body has half a character';
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
  return judgeVerdict(operation, verdict, wire, status, problem);
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

function faultOfReply(rulebook: Rulebook, reply: Reply, answer: Answer, body: unknown): string | null {
  const { bytes, headers } = answer;
  const lost = Object.keys(reply.headers ?? {}).find((name) => headers[name.toLowerCase()] === undefined);
  if (lost !== undefined) return `the header ${lost} is published and not sent`;
  const type = headers['content-type'];
  if (!reply.content) {
    return bytes.length === 0 && type === undefined ? null : `a body of ${type} where none is published`;
  }
  const media =
    type === undefined ? undefined : reply.content[type.replace(/^(text\/.*); charset=utf-8$/, '$1')];
  if (!media) return `the content type is ${type}`;
  if (!isJsonType(type)) return faultOfFile(answer);
  const fault = rulebook.fault(media.schema, body);
  return fault && `the body is not what the schema says: ${fault}`;
}

function faultOfFile({ status, headers, bytes }: Answer): string | null {
  const type = headers['content-type']?.split(';', 1)[0] ?? '';
  const [, from, to, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(headers['content-range'] ?? '') ?? [];
  if (status === 206) {
    const isPart = Number(to) - Number(from) + 1 === bytes.length && Number(to) < Number(size);
    return isPart ? null : `${bytes.length} bytes are sent as ${headers['content-range']}`;
  }
  return SIGNATURES[type]?.test(bytes.toString('latin1'))
    ? null
    : `what is sent as ${type} is something else`;
}

function judgeVerdict(
  operation: Operation,
  verdict: Reading['verdict'],
  wire: Wire,
  status: number,
  problem: Problem | null,
): string | null {
  if (verdict === 'broken' && status < 400) return `a broken request succeeded with ${status}`;
  if (verdict !== 'valid' || !problem) return null;
  if (problem.code.startsWith('pictures.')) return `${operation.operationId} refused a good picture`;
  if (!NOT_READ.has(problem.code)) return null;
  const inWords = problem.errors?.every(({ in: place, pointer, code }) =>
    isTrueInWords(code, pointer, partOf(wire, place)),
  );
  return inWords ? null : `${operation.operationId} refused a request that the contract allows`;
}

function partOf({ target, headers, body }: Wire, place: string): unknown {
  if (place === 'header') return headers;
  if (place === 'query') return Object.fromEntries(new URLSearchParams(target.split('?')[1] ?? ''));
  return body === null ? null : parse(body.toString('utf8'));
}

const showsPictures = (operation: Operation | null): boolean =>
  Object.keys(operation?.replies[200]?.content ?? {}).some((type) => type.startsWith('image/'));

const isJsonType = (type = ''): boolean => /^application\/(?:[\w-]+\+)?json$/.test(type);

/** Null for no body, undefined for one that is not JSON. */
function parse(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
