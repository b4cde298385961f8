import { allowAnyone } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { keepPublic, PublicAnswer, publicText, readPublic } from '../platform/public-cache.ts';
import { PropertyNotFound } from './errors.ts';
import { publicPageKey } from './public-page.ts';
import { findProperty } from './queries.ts';
import { PublicProperty } from './schemas.ts';
import { audienceOf, type ShownProperty, showProperty, toPublicProperty } from './to-property.ts';

type Input = { propertyId: string; fresh: boolean };

/** The cache is for those without a name: of them alone it is known beforehand that they host nothing. */
export async function getProperty(
  ctx: Context,
  { propertyId, fresh }: Input,
): Promise<ShownProperty | PublicAnswer> {
  allowAnyone(ctx, 'properties:read');

  const key = publicPageKey(propertyId);
  const isNameless = ctx.actor.kind === 'anonymous';
  const kept = isNameless && !fresh ? await readPublic(ctx, key) : null;
  if (kept) return kept;

  const row = await findProperty(ctx, propertyId);
  const audience = row && audienceOf(row, ctx);
  if (!row || !audience) throw PropertyNotFound();
  if (audience === 'host') return showProperty(row, ctx);
  const text = publicText(PublicProperty, toPublicProperty(row, ctx));
  if (isNameless) keepPublic(ctx, key, text);
  return new PublicAnswer(text);
}
