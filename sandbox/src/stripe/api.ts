import { readText } from '../body.ts';
import type { Clock } from '../clock.ts';
import type { Store } from '../store.ts';
import { early, StripeRefusal } from './errors.ts';
import { type Params, parseForm } from './form.ts';
import { type Answer, createKeys } from './idempotency.ts';
import { newStripeId, type Objects } from './objects.ts';
import type { Route } from './route.ts';

const BASE = '/sandbox/stripe';
const API_VERSION = '2026-10-28.endive';
const STUCK: Answer = {
  status: 500,
  text: JSON.stringify({ error: { type: 'api_error', message: 'An unknown error occurred.' } }, null, 2),
  isReplayed: false,
};

/** From the request to Stripe's answer: who asks, for what, whether it was asked before, and how it is told. */
export function createApi(store: Store, clock: Clock, objects: Objects, routes: readonly Route[]) {
  const keys = createKeys(store);
  const table = routes.map((one) => ({
    ...one,
    pattern: new RegExp(`^${one.path.replace(/:id/g, '([^/]+)')}$`),
  }));

  const toText = (body: object) => JSON.stringify(body, null, 2);
  const refuse = (refusal: StripeRefusal): Answer => ({
    status: refusal.status,
    text: toText(refusal.toBody()),
    isReplayed: false,
  });

  const perform = (work: () => object, expand: readonly string[]): Answer => {
    try {
      const made = work();
      for (const path of expand) expandAt(made, path.split('.'), objects);
      return { status: 200, text: toText(made), isReplayed: false };
    } catch (error) {
      if (error instanceof StripeRefusal && !error.isEarly) return refuse(error);
      throw error;
    }
  };

  const answer = async (request: Request, isStuck: boolean): Promise<Answer> => {
    const { pathname, search } = new URL(request.url);
    const path = pathname.slice(BASE.length);
    requireKey(request);
    const form = request.method === 'POST' ? await readText(request) : search.slice(1);
    const { expand, ...params } = parseForm(form);
    const found = findRoute(table, request.method, path);
    const run = found.prepare(params);
    const work = () => perform(run, toPaths(expand));

    if (request.method === 'GET') return work();
    return store.transaction(() => {
      const key = request.headers.get('idempotency-key');
      if (key === null) return isStuck ? afterwards(work) : work();

      const stated = JSON.stringify(params);
      const known = keys.find(key, path, stated, clock.now());
      if (known) return known;

      const made = isStuck ? afterwards(work) : work();
      keys.keep(key, path, stated, clock.now(), made);
      return made;
    });
  };
  const afterwards = (work: () => Answer): Answer => {
    work();
    return STUCK;
  };

  return {
    owns: (pathname: string): boolean => pathname.startsWith(`${BASE}/v1/`),

    async handle(request: Request, isStuck: boolean): Promise<Response> {
      const { status, text, isReplayed } = await answer(request, isStuck).catch((error) => {
        if (error instanceof StripeRefusal) return refuse(error);
        throw error;
      });
      const key = request.headers.get('idempotency-key');
      return new Response(text, {
        status,
        headers: {
          'content-type': 'application/json',
          'request-id': newStripeId('req'),
          'stripe-version': request.headers.get('stripe-version') ?? API_VERSION,
          ...(key === null ? {} : { 'idempotency-key': key }),
          ...(isReplayed ? { 'idempotent-replayed': 'true' } : {}),
          ...(status >= 500 ? { 'stripe-should-retry': 'false' } : {}),
        },
      });
    },
  };
}

function findRoute(table: readonly (Route & { pattern: RegExp })[], method: string, path: string) {
  for (const one of table) {
    const ids = one.method === method ? one.pattern.exec(path)?.slice(1) : undefined;
    if (ids) return { prepare: (params: Params) => one.prepare(params, ids.map(decodeURIComponent)) };
  }
  throw new StripeRefusal(404, `Unrecognized request URL (${method}: ${path}).`, {}, true);
}

/** Any secret key of the test mode. */
function requireKey(request: Request): void {
  const given = /^Bearer +(\S+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
  if (given === undefined) throw new StripeRefusal(401, 'You did not provide an API key.', {}, true);
  if (!/^(sk|rk)_test_\w{16,}$/.test(given)) {
    throw new StripeRefusal(401, `Invalid API Key provided: ${given.slice(0, 8)}****`, {}, true);
  }
}

function toPaths(expand: Params[string] | undefined): string[] {
  if (expand === undefined) return [];
  if (!Array.isArray(expand)) throw early('Invalid array', { param: 'expand' });
  return expand.map(String);
}

/** Puts what an id stands for into its place; through lists, for each of them. */
function expandAt(node: unknown, [name = '', ...rest]: string[], objects: Objects): void {
  if (Array.isArray(node)) {
    for (const item of node) expandAt(item, [name, ...rest], objects);
    return;
  }
  if (typeof node !== 'object' || node === null || !(name in node)) {
    throw early(`This property cannot be expanded (${name}).`, { param: 'expand' });
  }
  const fields = node as Record<string, unknown>;
  if (typeof fields[name] === 'string') fields[name] = objects.any(fields[name]) ?? fields[name];
  if (rest.length > 0 && fields[name] !== null) expandAt(fields[name], rest, objects);
}
