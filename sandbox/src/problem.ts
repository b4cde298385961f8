const TITLES = {
  400: 'The request is not valid',
  401: 'Authentication is required',
  404: 'There is nothing here',
  405: 'The method is not allowed here',
  409: 'The state does not allow this',
  413: 'The body is too large',
  415: 'The content type is not supported',
} as const;

type Status = keyof typeof TITLES;

/** A refusal on its way out: thrown by a handler, answered by the router. */
export class Problem extends Error {
  readonly status: Status;
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(status: Status, code: string, detail: string, headers: Record<string, string> = {}) {
    super(detail);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }

  toResponse(): Response {
    const body = {
      type: 'about:blank',
      title: TITLES[this.status],
      status: this.status,
      detail: this.message,
      code: this.code,
    };
    return Response.json(body, {
      status: this.status,
      headers: { ...this.headers, 'content-type': 'application/problem+json' },
    });
  }
}
