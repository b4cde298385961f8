import { createDnsOverHttps, isPublicAddress, type Resolve } from './foreign-dns.ts';
import { checkForeignUrl, problemOf, type UrlProblem } from './foreign-url.ts';

export { createDnsOverHttps, type Resolve } from './foreign-dns.ts';
export { checkForeignUrl, UrlNotAllowed, type UrlProblem } from './foreign-url.ts';

/**
 * The one way in which Roost visits an address that a user gave.
 * Always true here: nothing is asked of an address before it passed the check, and every redirect is an
 * address that has to pass it; one deadline covers all hops and the body; no more than `maxBytes` are kept;
 * no cookie and no credential leaves; a visit never throws. Of what comes back a user may be told
 * the reason, never the content.
 *
 * What remains: a name can change its address between the look-up and the connection, because a Worker
 * cannot choose the address that it connects to. It cannot reach a private network either: its requests
 * leave to the public internet and no private network is bound to it, so the look-up is the second lock.
 */
export type Foreign = {
  /** For the moment a user gives the address: the URL, or the refusal `url.not_allowed`. */
  checkUrl(text: string, pointer?: string): URL;
  fetchForeign(url: string | URL, visit: Visit): Promise<ForeignAnswer>;
};

export type Visit = {
  readonly method?: 'GET' | 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly accept?: string;
  readonly maxBytes: number;
  readonly timeoutMs: number;
  /** 0 for webhooks, 3 for feeds. Only a GET follows. */
  readonly maxRedirects: number;
};

export type ForeignHeaders = {
  readonly contentType: string | null;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly retryAfter: string | null;
};

export type ForeignAnswer =
  /** `status` is 2xx, or 304 with an empty body. */
  | { ok: true; status: number; headers: ForeignHeaders; body: Uint8Array<ArrayBuffer> }
  | { ok: false; reason: 'status'; status: number; headers: ForeignHeaders }
  | { ok: false; reason: 'not_allowed'; problem: UrlProblem | 'headers' }
  | { ok: false; reason: 'too_large' | 'timeout' | 'redirects' | 'unreachable' };

export type ForeignOptions = {
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  /** Where it is given, a public name that points to a private address is refused. */
  readonly resolve?: Resolve;
  /** Exact origins that pass unchecked, so that the sandbox can serve feeds in development. */
  readonly allowedOrigins?: readonly string[];
};

const USER_AGENT = 'Roost/1.0';
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const NOT_MODIFIED = 304;
const MAX_HEADER_CHARACTERS = 256;
/** Headers that carry credentials or belong to the connection; a caller's are left out. */
const WITHHELD =
  /^(authorization|cookie|host|user-agent|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|forwarded|x-forwarded-.*|proxy-.*|cf-.*)$/i;

export function createForeign({ fetch, resolve, allowedOrigins = [] }: ForeignOptions): Foreign {
  const isAllowed = (text: string) => {
    const origin = URL.parse(text)?.origin;
    return origin !== undefined && origin !== 'null' && allowedOrigins.includes(origin);
  };

  async function checkHop(text: string, deadline: Deadline): Promise<ForeignAnswer | null> {
    if (isAllowed(text)) return null;
    const problem = problemOf(text);
    if (problem !== null) return { ok: false, reason: 'not_allowed', problem };
    if (!resolve) return null;
    const addresses = await deadline.race(resolve(new URL(text).hostname, deadline.signal));
    if (addresses.length === 0) return { ok: false, reason: 'unreachable' };
    if (addresses.every(isPublicAddress)) return null;
    return { ok: false, reason: 'not_allowed', problem: 'private_address' };
  }

  async function follow(start: string, visit: Visit, deadline: Deadline): Promise<ForeignAnswer> {
    const { method = 'GET', maxRedirects } = visit;
    let url = start;
    for (let hop = 0; ; hop++) {
      const refused = await checkHop(url, deadline);
      if (refused) return refused;
      const init = toRequest(visit, URL.parse(url)?.origin === URL.parse(start)?.origin);
      if (init === null) return { ok: false, reason: 'not_allowed', problem: 'headers' };

      const response = await deadline.race(fetch(url, { ...init, signal: deadline.signal }));
      if (!REDIRECTS.has(response.status)) return read(response, visit, deadline);

      discard(response);
      const next = URL.parse(response.headers.get('location') ?? '', url);
      if (hop >= maxRedirects || method !== 'GET' || !response.headers.has('location') || next === null) {
        return { ok: false, reason: 'redirects' };
      }
      url = next.href;
    }
  }

  return {
    checkUrl: (text, pointer) => (isAllowed(text) ? new URL(text) : checkForeignUrl(text, pointer)),

    async fetchForeign(url, visit) {
      const deadline = startDeadline(visit.timeoutMs);
      try {
        return await follow(String(url), visit, deadline);
      } catch {
        return { ok: false, reason: deadline.signal.aborted ? 'timeout' : 'unreachable' };
      } finally {
        deadline.end();
      }
    },
  };
}

const SANDBOX_ORIGIN = 'http://sandbox';

/** In development the sandbox has calendars to visit, and there may be no network to resolve names by. */
export function openForeign(sandbox: Pick<Fetcher, 'fetch'> | undefined): Foreign {
  const visit = (url: string, init: RequestInit) => fetch(url, init);
  if (!sandbox) return createForeign({ fetch: visit, resolve: createDnsOverHttps(visit) });
  return createForeign({
    fetch: (url, init) =>
      new URL(url).origin === SANDBOX_ORIGIN ? sandbox.fetch(url, init) : visit(url, init),
    allowedOrigins: [SANDBOX_ORIGIN],
  });
}

/** The caller's headers stay with the origin that they were meant for. `null` when one cannot be sent. */
function toRequest(visit: Visit, isHome: boolean): RequestInit | null {
  const { method = 'GET', headers = {}, body, accept = '*/*' } = visit;
  try {
    const sent = new Headers({ accept });
    for (const [name, value] of Object.entries(isHome ? headers : {})) {
      if (!WITHHELD.test(name)) sent.set(name, value);
    }
    sent.set('user-agent', USER_AGENT);
    return { method, headers: sent, redirect: 'manual', ...(body === undefined ? {} : { body }) };
  } catch {
    return null;
  }
}

async function read(response: Response, { maxBytes }: Visit, deadline: Deadline): Promise<ForeignAnswer> {
  const { status } = response;
  const headers = toHeaders(response.headers);
  if (!response.ok && status !== NOT_MODIFIED) {
    discard(response);
    return { ok: false, reason: 'status', status, headers };
  }
  if (Number(response.headers.get('content-length')) > maxBytes) {
    discard(response);
    return { ok: false, reason: 'too_large' };
  }

  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader: ReadableStreamDefaultReader<Uint8Array> | undefined = response.body?.getReader();
  try {
    for (;;) {
      const chunk = reader ? await deadline.race(reader.read()) : { done: true as const, value: undefined };
      if (chunk.done) break;
      bytes += chunk.value.byteLength;
      if (bytes > maxBytes) return { ok: false, reason: 'too_large' };
      chunks.push(chunk.value);
    }
  } finally {
    reader?.cancel().catch(() => {});
  }
  return { ok: true, status, headers, body: joined(chunks, bytes) };
}

function joined(chunks: readonly Uint8Array[], bytes: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

function toHeaders(headers: Headers): ForeignHeaders {
  const short = (name: string) => {
    const value = headers.get(name);
    return value !== null && value.length <= MAX_HEADER_CHARACTERS ? value : null;
  };
  return {
    contentType: short('content-type'),
    etag: short('etag'),
    lastModified: short('last-modified'),
    retryAfter: short('retry-after'),
  };
}

const discard = (response: Response) => response.body?.cancel().catch(() => {});

type Deadline = {
  readonly signal: AbortSignal;
  /** Also ends the wait for something that does not listen to the signal. */
  race<T>(work: Promise<T>): Promise<T>;
  end(): void;
};

function startDeadline(timeoutMs: number): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  const passed = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  passed.catch(() => {});
  const timer = setTimeout(() => controller.abort(), timeoutMs);
  return {
    signal,
    race: (work) => Promise.race([work, passed]),
    end: () => clearTimeout(timer),
  };
}
