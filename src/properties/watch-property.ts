import type { Context } from '../context.ts';
import { Unavailable } from '../platform/errors.ts';
import { PropertyNotFound, TooManyWatchers } from './errors.ts';

type Input = { propertyId: string; after: number | undefined };

/** The stream of a published property: days that became free or taken, by number, after one that was seen. */
export async function watchProperty(ctx: Context, { propertyId, after }: Input): Promise<Response> {
  const response = await ctx.books.watch(propertyId, {
    now: String(ctx.clock.now()),
    // Only to count those of one address.
    from: ctx.keyring.mac('digest', 'watcher', ctx.client.ip),
    ...(after === undefined ? {} : { after: String(after) }),
  });
  switch (response.status) {
    case 101:
      return response;
    case 404:
      throw PropertyNotFound();
    case 429:
      throw TooManyWatchers({ retryAfterSeconds: 30 });
    default:
      throw Unavailable();
  }
}
