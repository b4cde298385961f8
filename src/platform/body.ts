import type { Context as HonoContext } from 'hono';
import { RequestInvalid, RequestTooLarge, UnsupportedMedia } from './errors.ts';
import { toPointer } from './pointer.ts';

export const MAX_BODY_BYTES = 256 * 1024;
const MAX_DEPTH = 32;
const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;

/** A body that is a file: raw bytes, of one of these types. */
export type UploadRule = { readonly types: readonly string[]; readonly maxBytes: number };
export type Upload = { readonly bytes: Uint8Array<ArrayBuffer>; readonly contentType: string };

/** Reads a JSON body within its bounds, as text for the fingerprint and as a value for the validator. */
export async function readJsonBody(c: HonoContext, required: boolean): Promise<string> {
  const bytes = await readBytes(c.req.raw, MAX_BODY_BYTES);
  if (bytes.length === 0 && !required) {
    handOver(c, {});
    return '';
  }
  if (!JSON_TYPE.test(c.req.header('content-type') ?? '')) {
    throw UnsupportedMedia({ detail: 'Send application/json, in UTF-8' });
  }
  const content = decode(bytes);
  handOver(c, parse(content));
  return content;
}

export async function readUpload(c: HonoContext, { types, maxBytes }: UploadRule): Promise<Upload> {
  const [given = ''] = (c.req.header('content-type') ?? '').split(';', 1);
  const contentType = types.find((type) => type === given.trim().toLowerCase());
  if (contentType === undefined) throw UnsupportedMedia({ detail: `Send ${types.join(', ')}` });
  const bytes = await readBytes(c.req.raw, maxBytes);
  if (bytes.length === 0) throw refused('empty', 'The body is empty');
  return { bytes, contentType };
}

/** Bytes that somebody else will judge. */
export const readRaw = (c: HonoContext): Promise<Uint8Array<ArrayBuffer>> =>
  readBytes(c.req.raw, MAX_BODY_BYTES);

/** What is checked here need not be checked again by the validator, which reads headers more strictly. */
function handOver(c: HonoContext, value: unknown): void {
  const headers = new Headers(c.req.raw.headers);
  headers.set('content-type', 'application/json');
  c.req.raw = new Request(c.req.raw.url, { method: c.req.method, headers });
  c.req.bodyCache.json = Promise.resolve(value);
}

async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const tooLarge = () => RequestTooLarge({ detail: `At most ${maxBytes} bytes` });
  if (Number(request.headers.get('content-length') ?? 0) > maxBytes) throw tooLarge();
  if (!request.body) return new Uint8Array(0);

  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw malformed('The body is not UTF-8');
  }
}

function parse(content: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw malformed('The body is not JSON');
  }
  refuseTraps(value);
  return value;
}

/**
 * A member called __proto__ would vanish in a later copy, and a tower of brackets would exhaust whoever walks
 * it with a function that calls itself: neither gets further than here.
 */
function refuseTraps(body: unknown): void {
  const waiting: { value: object; path: readonly string[] }[] = isObject(body)
    ? [{ value: body, path: [] }]
    : [];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { value, path } = next;
    if (path.length >= MAX_DEPTH) throw malformed(`The body is nested more than ${MAX_DEPTH} deep`);
    for (const [name, member] of Object.entries(value)) {
      const at = () => [...path, name];
      if (name === '__proto__') throw malformed('The body has a member that is not allowed', toPointer(at()));
      if (isObject(member)) waiting.push({ value: member, path: at() });
    }
  }
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const malformed = (message: string, pointer = '') => refused('malformed', message, pointer);

function refused(code: string, message: string, pointer = '') {
  return RequestInvalid({ detail: message, errors: [{ in: 'body', pointer, code, message }] });
}
