import { DurableObject } from 'cloudflare:workers';
import { createClock } from './clock.ts';
import { createFaults } from './faults.ts';
import { createFeeds } from './feeds.ts';
import { createMailbox } from './mailbox.ts';
import { Problem } from './problem.ts';
import { openStore } from './store.ts';
import { createTurnstile } from './turnstile.ts';

type Handler = (request: Request) => Response | Promise<Response>;
type Methods = Record<string, Handler>;
type Routes = Record<string, Methods>;

/** The outside world has one state, so it is one object: what one request leaves behind, the next one sees. */
export class Sandbox extends DurableObject {
  readonly #methodsFor: (pathname: string) => Methods | undefined;

  constructor(ctx: DurableObjectState, env: unknown) {
    super(ctx, env as never);
    const store = openStore(ctx.storage);
    const clock = createClock(store);
    const faults = createFaults(store);
    const mailbox = createMailbox(store, clock);
    const turnstile = createTurnstile(store, clock);
    const feeds = createFeeds(store);

    const routes: Routes = {
      '/sandbox/mail': {
        GET: mailbox.list,
        POST: (request) => faults.through('mail', () => mailbox.accept(request)),
        DELETE: mailbox.empty,
      },
      '/sandbox/clock': { GET: clock.show, POST: clock.move, DELETE: clock.reset },
      '/sandbox/turnstile/tokens': { POST: turnstile.mint },
      '/sandbox/turnstile/v0/siteverify': {
        POST: (request) => faults.through('turnstile', () => turnstile.siteverify(request)),
      },
      '/sandbox/faults': { GET: faults.list, POST: faults.set },
    };
    const ofFeeds: Methods = { GET: feeds.get, PUT: feeds.put, DELETE: feeds.remove };
    this.#methodsFor = (pathname) => {
      if (feeds.owns(pathname)) return ofFeeds;
      return Object.hasOwn(routes, pathname) ? routes[pathname] : undefined;
    };
  }

  override async fetch(request: Request): Promise<Response> {
    try {
      return await this.#handlerFor(request)(request);
    } catch (error) {
      if (error instanceof Problem) return error.toResponse();
      throw error;
    }
  }

  #handlerFor(request: Request): Handler {
    const { pathname } = new URL(request.url);
    const methods = this.#methodsFor(pathname);
    if (!methods) throw new Problem(404, 'request.not_found', `There is no ${pathname} in the sandbox.`);

    const handler = Object.hasOwn(methods, request.method) ? methods[request.method] : undefined;
    if (!handler) {
      const allow = Object.keys(methods).join(', ');
      throw new Problem(405, 'request.method_not_allowed', `Use one of ${allow}.`, { allow });
    }
    return handler;
  }
}
