import type { Context as HonoContext } from 'hono';
import { RequestInvalid, RequestTooLarge, UnsupportedMedia } from './errors.ts';

export const MAX_BODY_BYTES = 256 * 1024;
const JSON_TYPE = /^application\/json\s*(;\s*charset="?utf-8"?\s*)?$/i;

/** Reads a JSON body within its bounds, as text for the fingerprint and as a value for the validator. */
export async function readJsonBody(c: HonoContext, required: boolean): Promise<string> {
  const bytes = await readBytes(c.req.raw);
  if (bytes.length === 0 && !required) {
    // A used stream would look like a body to the validator.
    c.req.raw = new Request(c.req.raw.url, { method: c.req.method, headers: c.req.raw.headers });
    c.req.bodyCache.json = Promise.resolve({});
    return '';
  }
  if (!JSON_TYPE.test(c.req.header('content-type') ?? '')) {
    throw UnsupportedMedia({ detail: 'Send application/json, in UTF-8' });
  }
  const content = decode(bytes);
  const value = parse(content);
  c.req.bodyCache.json = Promise.resolve(value);
  return content;
}

async function readBytes(request: Request): Promise<Uint8Array> {
  const tooLarge = () => RequestTooLarge({ detail: `At most ${MAX_BODY_BYTES} bytes` });
  if (Number(request.headers.get('content-length') ?? 0) > MAX_BODY_BYTES) throw tooLarge();
  if (!request.body) return new Uint8Array(0);

  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body as unknown as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw tooLarge();
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
  try {
    // A member called __proto__ would vanish in a later copy, so it is refused before anything reads it.
    return JSON.parse(content, (name, value) => {
      if (name === '__proto__') throw malformed('The body has a member that is not allowed', '/__proto__');
      return value;
    });
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) throw malformed('The body is not JSON');
    throw error;
  }
}

function malformed(message: string, pointer = '') {
  return RequestInvalid({ detail: message, errors: [{ in: 'body', pointer, code: 'malformed', message }] });
}
