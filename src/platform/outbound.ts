import { Fault } from '../kernel/errors.ts';

/** Requests to services that we chose, never to addresses that a user gives. */
export type Outbound = {
  /** Any answer but a 2xx with JSON within the time is a fault. */
  post(url: string, request: { body: unknown; headers?: Record<string, string> }): Promise<{ body: unknown }>;
};

export type Send = (request: Request) => Promise<Response>;

const TIMEOUT_MS = 5_000;
const SANDBOX_HOST = 'sandbox';

/** In development the host `sandbox` is the sandbox Worker; only the base URL tells it from the real thing. */
export function createSend(sandbox: Pick<Fetcher, 'fetch'> | undefined): Send {
  return (request) => {
    const toSandbox = sandbox !== undefined && new URL(request.url).hostname === SANDBOX_HOST;
    return toSandbox ? sandbox.fetch(request) : fetch(request);
  };
}

export function createOutbound(send: Send): Outbound {
  return {
    async post(url, { body, headers = {} }) {
      const target = new URL(url);
      const request = new Request(target, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(TIMEOUT_MS),
        redirect: 'manual',
      });
      try {
        const response = await send(request);
        if (!response.ok) throw new Error(`answered ${response.status}`);
        return { body: await response.json() };
      } catch (error) {
        throw new Fault(target.hostname, error);
      }
    },
  };
}
