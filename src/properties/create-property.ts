import { requireHost } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { newId } from '../kernel/ids.ts';
import type { z } from '../kernel/zod.ts';
import { commit } from '../platform/commit.ts';
import { zoneAt } from './location.ts';
import type { PropertyRow } from './queries.ts';
import type { CreatePropertyBody } from './schemas.ts';
import { property } from './tables.ts';
import { bookToBeTold } from './tell-book.ts';
import { tellBookNow } from './tell-book-now.ts';
import { type ShownProperty, showProperty, UNTOLD } from './to-property.ts';

/** Where the clocks are while nobody has said where the place is. */
const NOWHERE = 'UTC';

export async function createProperty(
  ctx: Context,
  { location, ...input }: z.infer<typeof CreatePropertyBody>,
): Promise<ShownProperty> {
  const actor = requireHost(ctx, 'properties:write');

  const now = ctx.clock.now();
  const row: PropertyRow = {
    id: newId('prp', now),
    hostId: actor.accountId,
    title: input.title,
    description: input.description ?? '',
    type: input.type ?? null,
    address: input.address ?? null,
    lat: location?.lat ?? null,
    lng: location?.lng ?? null,
    timeZone: input.timeZone ?? (location ? await zoneAt(ctx.files, location) : NOWHERE),
    guests: input.guests ?? 1,
    bedrooms: input.bedrooms ?? 0,
    beds: input.beds ?? 0,
    bathrooms: input.bathrooms ?? 0,
    amenities: input.amenities ?? [],
    houseRules: input.houseRules ?? '',
    accessInstructions: input.accessInstructions ?? '',
    registrationNumber: input.registrationNumber ?? null,
    ratingSum: 0,
    ratingCount: 0,
    ratingCategories: {},
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
  const created = await commit(ctx, {
    writes: (db) => [db.insert(property).values(row)],
    audit: [{ action: 'property.created', subject: row.id }],
    outbox: [bookToBeTold(ctx, row.id)],
    result: showProperty({ ...row, ...UNTOLD, images: [], access: null, coHosts: [] }, ctx),
  });
  await tellBookNow(ctx, row.id);
  return created;
}
