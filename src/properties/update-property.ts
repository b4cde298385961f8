import { and, eq } from 'drizzle-orm';
import { requireUser } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import type { z } from '../kernel/zod.ts';
import { commit, must } from '../platform/commit.ts';
import { PreconditionFailed } from '../platform/errors.ts';
import { forgetPublic } from '../platform/public-cache.ts';
import { toBeIndexed } from './describe-for-search.ts';
import { PropertyArchived, PropertyForbidden, PropertyIncomplete, PropertyNotFound } from './errors.ts';
import { isNotPublished, lookAgainIfMoved } from './keep-complete.ts';
import { type Point, zoneAt } from './location.ts';
import { publicPageKey } from './public-page.ts';
import { findPropertyToChange, type ListedProperty, type PropertyRow } from './queries.ts';
import { missingToPublish } from './rules.ts';
import type { UpdatePropertyBody } from './schemas.ts';
import { property } from './tables.ts';
import { bookToBeTold, toFacts } from './tell-book.ts';
import { tellBookNow } from './tell-book-now.ts';
import { audienceOf, isTagOfVersion, type ShownProperty, showProperty } from './to-property.ts';

type Changes = z.infer<typeof UpdatePropertyBody>;
type Input = { propertyId: string; changes: Changes; ifMatch: readonly string[] | '*' };

export const updateProperty = (ctx: Context, input: Input): Promise<ShownProperty> =>
  lookAgainIfMoved(() => update(ctx, input));

async function update(ctx: Context, { propertyId, changes, ifMatch }: Input): Promise<ShownProperty> {
  const actor = requireUser(ctx, 'properties:write');

  const own = await findPropertyToChange(ctx, propertyId);
  if (!own || audienceOf(own, ctx) !== 'host') throw PropertyNotFound();
  if (own.hostId !== actor.accountId && own.access !== 'full') throw PropertyForbidden();
  if (own.status === 'archived') throw PropertyArchived();
  if (ifMatch !== '*' && !ifMatch.some((tag) => isTagOfVersion(tag, own.version))) throw PreconditionFailed();

  const columns = await toColumns(ctx, own, changes);
  const after: ListedProperty = {
    ...own,
    ...columns,
    version: own.version + 1,
    updatedAt: ctx.clock.now(),
  };
  const missing = missingToPublish(after, own.images.length);
  const isComplete = missing.length === 0;
  if (own.status === 'published' && !isComplete) throw PropertyIncomplete({ extra: { missing } });
  const hasNews = JSON.stringify(factsOf(after)) !== JSON.stringify(factsOf(own));

  const updated = await commit(ctx, {
    writes: (db) => [
      must(
        db
          .update(property)
          .set({ ...columns, version: after.version, updatedAt: after.updatedAt })
          .where(
            and(
              eq(property.id, own.id),
              eq(property.version, own.version),
              isComplete ? undefined : isNotPublished(own.id),
            ),
          ),
      ),
    ],
    audit: [{ action: 'property.updated', subject: own.id, data: { fields: Object.keys(changes) } }],
    outbox: [...(hasNews ? [bookToBeTold(ctx, own.id)] : []), toBeIndexed(ctx, own.id)],
    result: showProperty(after, ctx),
  });
  forgetPublic(ctx, publicPageKey(own.id));
  if (hasNews) await tellBookNow(ctx, own.id);
  return updated;
}

/** What the book decides by, whichever version says so. */
const factsOf = (row: PropertyRow) => toFacts({ ...row, version: 0 });

async function toColumns(
  ctx: Context,
  own: PropertyRow,
  { location, ...rest }: Changes,
): Promise<Partial<PropertyRow>> {
  const given = Object.entries(rest).filter(([, value]) => value !== undefined);
  const columns = Object.fromEntries(given) as Partial<PropertyRow>;
  if (location === undefined) return columns;
  if (location === null) return { ...columns, lat: null, lng: null };
  const timeZone =
    rest.timeZone ?? (isSamePoint(own, location) ? own.timeZone : await zoneAt(ctx.files, location));
  return { ...columns, ...location, timeZone };
}

const isSamePoint = (own: PropertyRow, { lat, lng }: Point) => own.lat === lat && own.lng === lng;
