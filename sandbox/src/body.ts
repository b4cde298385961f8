import type { z } from 'zod';
import { Problem } from './problem.ts';

const MAX_BODY_BYTES = 256 * 1024;

export async function readText(request: Request): Promise<string> {
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > MAX_BODY_BYTES) {
    throw new Problem(413, 'request.too_large', `The body has more than ${MAX_BODY_BYTES} bytes.`);
  }
  return new TextDecoder().decode(bytes);
}

/** Asks for JSON by its content type: a form on a foreign page can't send that without being asked first. */
export async function readJson<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const text = await readText(request);
  if (!isJson(request)) {
    throw new Problem(415, 'request.unsupported_media', 'Send application/json.');
  }

  const parsed = schema.safeParse(parseJson(text));
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`);
    throw new Problem(400, 'request.invalid', issues.join('; '));
  }
  return parsed.data;
}

export const isJson = (request: Request): boolean => mediaType(request) === 'application/json';

export const mediaType = (request: Request): string =>
  (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'request.invalid', 'The body is not JSON.');
  }
}
