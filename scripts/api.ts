/** The API as a script calls it. */
export type Answer = { status: number; body: Record<string, unknown>; etag: string | null };
type Options = {
  token?: string;
  body?: unknown;
  /** Sent as they are, in place of a body. */
  bytes?: { content: Uint8Array<ArrayBuffer>; contentType: string };
  headers?: Record<string, string>;
};
export type Api = (method: string, path: string, options?: Options) => Promise<Answer>;

export function connect(url: string): Api {
  return async (method, path, { token, body, bytes, headers = {} } = {}) => {
    const contentType = bytes?.contentType ?? (body === undefined ? undefined : 'application/json');
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(contentType === undefined ? {} : { 'content-type': contentType }),
        ...headers,
      },
      body: bytes?.content ?? (body === undefined ? null : JSON.stringify(body)),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? {} : JSON.parse(text),
      etag: response.headers.get('etag'),
    };
  };
}

export function expectStatus({ status, body }: Answer, ...expected: number[]): Answer['body'] {
  if (expected.includes(status)) return body;
  throw new Error(`Expected ${expected.join(' or ')}, got ${status}: ${JSON.stringify(body)}`);
}
