import { DurableObject } from 'cloudflare:workers';
import { createClock } from './clock.ts';
import { createDaraja } from './daraja/daraja.ts';
import { createDeliveries } from './deliveries.ts';
import { createFaults } from './faults.ts';
import { createFeeds } from './feeds.ts';
import { createMailbox } from './mailbox.ts';
import { createPayments } from './payments.ts';
import { Problem } from './problem.ts';
import { openStore } from './store.ts';
import { createStripe } from './stripe/index.ts';
import { createTurnstile } from './turnstile.ts';

type Handler = (request: Request) => Response | Promise<Response>;
type Methods = Record<string, Handler>;
type Routes = Record<string, Methods>;
/** Roost, where it stands beside the sandbox. */
type Env = { API?: Fetcher };

// What happens here is told to Roost a little later: it has its own answer first, and knows a moved clock.
const A_LITTLE_MS = 50;

/** The outside world has one state, so it is one object: what one request leaves behind, the next one sees. */
export class Sandbox extends DurableObject<Env> {
  readonly #methodsFor: (pathname: string) => Methods | undefined;
  readonly #catchUp: () => Promise<void>;
  readonly #setAlarm: () => void;
  #alarmAt = Number.POSITIVE_INFINITY;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    const store = openStore(ctx.storage);
    const clock = createClock(store);
    const faults = createFaults(store);
    const mailbox = createMailbox(store, clock);
    const turnstile = createTurnstile(store, clock);
    const feeds = createFeeds(store);
    const deliveries = createDeliveries(store, clock, env.API);
    const stripe = createStripe(store, clock, deliveries);
    const daraja = createDaraja(store, clock, deliveries);
    const payments = createPayments(store, deliveries, [stripe.device], [daraja.phones]);

    const routes: Routes = {
      '/sandbox/mail': {
        GET: mailbox.list,
        POST: (request) => faults.through('mail', () => mailbox.accept(request)),
        DELETE: mailbox.empty,
      },
      '/sandbox/clock': { GET: clock.show, POST: clock.move, DELETE: clock.reset },
      '/sandbox/payments': { GET: payments.list },
      '/sandbox/turnstile/tokens': { POST: turnstile.mint },
      '/sandbox/turnstile/v0/siteverify': {
        POST: (request) => faults.through('turnstile', () => turnstile.siteverify(request)),
      },
      '/sandbox/faults': { GET: faults.list, POST: faults.set },
      '/sandbox/delivery-faults': { GET: deliveries.faults.list, POST: deliveries.faults.set },
      '/sandbox/deliveries': { GET: deliveries.list, DELETE: deliveries.empty },
    };
    const toStripe: Handler = (request) =>
      faults.through('stripe', (isStuck) => stripe.handle(request, isStuck));
    const toDaraja: Handler = (request) => faults.through('mpesa', () => daraja.handle(request));
    const families: readonly [{ owns(pathname: string): boolean }, Methods][] = [
      [feeds, { GET: feeds.get, PUT: feeds.put, DELETE: feeds.remove }],
      [stripe, { GET: toStripe, POST: toStripe, DELETE: toStripe }],
      [daraja, { GET: toDaraja, POST: toDaraja }],
      [daraja.phones, { POST: daraja.phones.play }],
      [payments, { POST: payments.play }],
      [deliveries, { GET: deliveries.get, POST: deliveries.redeliver }],
    ];
    this.#methodsFor = (pathname) => {
      const family = families.find(([{ owns }]) => owns(pathname));
      if (family) return family[1];
      return Object.hasOwn(routes, pathname) ? routes[pathname] : undefined;
    };

    this.#catchUp = async () => {
      stripe.expire();
      daraja.expire();
      await deliveries.run();
    };
    this.#setAlarm = () => {
      const due = [deliveries.nextAt(), stripe.nextAt(), daraja.nextAt()].filter((at) => at !== null);
      if (due.length === 0) return;
      const at = Math.max(Date.now() + A_LITTLE_MS, clock.toReal(Math.min(...due)));
      // Only ever earlier: requests that follow each other closely would put it off for ever.
      if (at >= this.#alarmAt) return;
      this.#alarmAt = at;
      store.wakeAt(at);
    };
  }

  override async fetch(request: Request): Promise<Response> {
    try {
      return await this.#handlerFor(request)(request);
    } catch (error) {
      if (error instanceof Problem) return error.toResponse();
      throw error;
    } finally {
      this.#setAlarm();
    }
  }

  override async alarm(): Promise<void> {
    this.#alarmAt = Number.POSITIVE_INFINITY;
    try {
      await this.#catchUp();
    } catch (error) {
      console.error(error);
    }
    this.#setAlarm();
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
