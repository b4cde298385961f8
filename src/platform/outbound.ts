import { Fault } from '../kernel/errors.ts';

/** Requests to services that we chose, never to addresses that a user gives. */
export type Outbound = {
  /** Any answer but a 2xx with JSON within the time is a fault. */
  post(url: string, request: { body: unknown; headers?: Record<string, string> }): Promise<{ body: unknown }>;
  /** For a service that says no in JSON: any status is an answer. A GET when there is no body. */
  ask(
    url: string,
    request: { body?: unknown; headers?: Record<string, string> },
  ): Promise<{ status: number; body: unknown }>;
};

export type Send = (request: Request) => Promise<Response>;

const TIMEOUT_MS = 5_000;
const SANDBOX_HOST = 'sandbox';
const JSON_TYPE = { 'content-type': 'application/json' };

/** In development the host `sandbox` is the sandbox Worker; only the base URL tells it from the real thing. */
export function createSend(sandbox: Pick<Fetcher, 'fetch'> | undefined): Send {
  return (request) => {
    const toSandbox = sandbox !== undefined && new URL(request.url).hostname === SANDBOX_HOST;
    return toSandbox ? sandbox.fetch(request) : fetch(request);
  };
}

export function createOutbound(send: Send): Outbound {
  const ask: Outbound['ask'] = async (url, { body, headers = {} }) => {
    const target = new URL(url);
    const content = { headers: { ...JSON_TYPE, ...headers }, body: JSON.stringify(body) };
    const request = new Request(target, {
      ...(body === undefined ? { method: 'GET', headers } : { method: 'POST', ...content }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'manual',
    });
    try {
      const response = await send(request);
      return { status: response.status, body: await response.json() };
    } catch (error) {
      throw new Fault(target.hostname, error);
    }
  };

  return {
    ask,

    async post(url, request) {
      const { status, body } = await ask(url, request);
      if (status < 200 || status > 299)
        throw new Fault(new URL(url).hostname, new Error(`answered ${status}`));
      return { body };
    },
  };
}
