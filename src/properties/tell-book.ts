import { eq } from 'drizzle-orm';
import type { Call, ToldFacts } from '../book/index.ts';
import type { Context } from '../context.ts';
import { actorId } from '../kernel/actor.ts';
import { newId } from '../kernel/ids.ts';
import type { Outgoing } from '../platform/outbox.ts';
import { property } from './tables.ts';

export const PETS_ALLOWED = 'pets_allowed';

/**
 * Some of the description decides who may book: the zone, the room there is, whether pets may come. It is
 * edited in D1 with the rest, and the book is told of it in the same request; this message goes with the
 * edit's commit, so that it is told even if that request dies.
 */
export const bookToBeTold = (ctx: Pick<Context, 'clock'>, propertyId: string): Outgoing => ({
  queue: 'jobs',
  message: { id: newId('out', ctx.clock.now()), kind: 'tell_book', propertyId },
});

/** Tells the book what D1 has now. False when there is no such property. */
export async function tellBook(ctx: Context, propertyId: string): Promise<boolean> {
  const [row] = await ctx.db.select().from(property).where(eq(property.id, propertyId));
  if (!row) return false;
  await ctx.books.of(propertyId).tellFacts(callOf(ctx), toFacts(row));
  return true;
}

export const toFacts = (row: typeof property.$inferSelect): ToldFacts => ({
  propertyId: row.id,
  hostId: row.hostId,
  timeZone: row.timeZone,
  capacity: row.guests,
  petsAllowed: row.amenities.includes(PETS_ALLOWED),
  contentVersion: row.version,
});

export const callOf = (ctx: Pick<Context, 'actor' | 'clock' | 'requestId'>): Call => ({
  now: ctx.clock.now(),
  requestId: ctx.requestId,
  actorKind: ctx.actor.kind,
  accountId: actorId(ctx.actor),
});
