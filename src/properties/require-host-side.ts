import { and, eq, getTableColumns, sql } from 'drizzle-orm';
import type { CoHostAccess, PropertyStatus } from '../book/index.ts';
import type { Context } from '../context.ts';
import { actorId } from '../kernel/actor.ts';
import { PropertyArchived, PropertyForbidden, PropertyNotFound } from './errors.ts';
import { coHost, listing, property } from './tables.ts';

/** What somebody is to a property, from the least to the most; each may do what those before it may. */
const SIDES = ['messages', 'calendar', 'full', 'host'] as const satisfies readonly (CoHostAccess | 'host')[];
type Side = (typeof SIDES)[number];

type HostSide = {
  readonly property: typeof property.$inferSelect;
  readonly status: PropertyStatus;
  readonly side: Side;
};

/** The property and what the caller is to it; goes into a batch with whatever else is read. */
export const selectSide = (ctx: Pick<Context, 'actor' | 'db'>, propertyId: string) =>
  ctx.db
    .select({
      property: getTableColumns(property),
      status: sql<PropertyStatus>`coalesce(${listing.status}, 'draft')`.as('status'),
      access: coHost.access,
    })
    .from(property)
    .leftJoin(listing, eq(listing.propertyId, property.id))
    .leftJoin(coHost, and(eq(coHost.propertyId, property.id), eq(coHost.accountId, actorId(ctx.actor) ?? '')))
    .where(eq(property.id, propertyId));

type Found = Awaited<ReturnType<typeof selectSide>>;

/** Null for a stranger, as for a property that there isn't. */
function sideOf({ actor }: Pick<Context, 'actor'>, [found]: Found): HostSide | null {
  if (!found || actor.kind === 'anonymous' || actor.kind === 'system') return null;
  const side = found.property.hostId === actor.accountId ? 'host' : found.access;
  return side && { property: found.property, status: found.status, side };
}

/** For a change: the caller's access has to reach as far as `need`, and the property has to be in use. */
export function requireSide(ctx: Pick<Context, 'actor'>, found: Found, need: Side): HostSide {
  const host = sideToLookFrom(ctx, found, need);
  if (host.status === 'archived') throw PropertyArchived();
  return host;
}

/** As `requireSide`, of a property in whatever state: what is archived can still be looked at. */
export function sideToLookFrom(ctx: Pick<Context, 'actor'>, found: Found, need: Side): HostSide {
  const host = sideOf(ctx, found);
  if (host === null) throw PropertyNotFound();
  if (SIDES.indexOf(host.side) < SIDES.indexOf(need)) throw PropertyForbidden();
  return host;
}
