import type { Clock } from '../clock.ts';
import type { Deliveries } from '../deliveries.ts';
import { Problem } from '../problem.ts';
import type { Store } from '../store.ts';
import { createPhones } from './phones.ts';
import { createPushes } from './pushes.ts';
import { DarajaRefusal } from './refusal.ts';
import { createStatus } from './status.ts';
import { createTeller } from './teller.ts';
import { createTokens } from './tokens.ts';
import { createTransfers } from './transfers.ts';

type Handler = (request: Request) => Response | Promise<Response>;

const PREFIX = '/sandbox/daraja';

/** Safaricom's Daraja, as far as a shop needs it: under /sandbox/daraja are its own paths. */
export function createDaraja(store: Store, clock: Clock, deliveries: Deliveries) {
  const teller = createTeller(store, deliveries);
  const tokens = createTokens(store, clock);
  const pushes = createPushes(store, clock, teller);
  const transfers = createTransfers(store, clock, teller, pushes);
  const status = createStatus(clock, teller, pushes, transfers);

  const authorized =
    (handler: Handler): Handler =>
    (request) => {
      tokens.require(request);
      pushes.expire();
      return handler(request);
    };
  const routes: Readonly<Record<string, Handler>> = {
    'GET /oauth/v1/generate': tokens.generate,
    'POST /mpesa/stkpush/v1/processrequest': authorized(pushes.ask),
    'POST /mpesa/stkpushquery/v1/query': authorized(pushes.query),
    'POST /mpesa/b2c/v3/paymentrequest': authorized(transfers.pay),
    'POST /mpesa/reversal/v1/request': authorized(transfers.reverse),
    'POST /mpesa/transactionstatus/v1/query': authorized(status.query),
  };

  return {
    phones: createPhones(store, pushes, teller, deliveries),
    expire: pushes.expire,
    nextAt: pushes.nextExpiryAt,
    owns: (pathname: string): boolean => pathname.startsWith(`${PREFIX}/`),

    async handle(request: Request): Promise<Response> {
      const name = `${request.method} ${new URL(request.url).pathname.slice(PREFIX.length)}`;
      try {
        if (!Object.hasOwn(routes, name)) throw new DarajaRefusal(404, '404.002.01', 'Resource not found');
        return await (routes[name] as Handler)(request);
      } catch (error) {
        if (error instanceof DarajaRefusal) return error.toResponse();
        if (!(error instanceof Problem)) throw error;
        return new DarajaRefusal(error.status, '400.002.05', error.message).toResponse();
      }
    },
  };
}
