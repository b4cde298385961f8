import { allowAnyone, requireStaff } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import { sha256 } from '../kernel/crypto.ts';
import { type Position, writeCursor } from '../kernel/page.ts';
import type { z } from '../kernel/zod.ts';
import { readPosition } from '../platform/position.ts';
import { type PublicAnswer, publicText } from '../platform/public-cache.ts';
import { findPage } from './find-page.ts';
import type { Found } from './judge-rows.ts';
import { kept } from './keep-page.ts';
import { kmOfChord } from './point.ts';
import { exchangeFor } from './rates/table.ts';
import { type Asked, canonical, readQuery } from './read-query.ts';
import { type Hit, PublicSearchPage, type SearchPage, type SearchQuery } from './schemas.ts';

type Input = { readonly query: SearchQuery; readonly fresh: boolean };
type Page = z.infer<typeof SearchPage>;

/** Names the form of cursors and of kept pages: it changes with either. */
const FORM = 'search/2';

export async function searchProperties(ctx: Context, { query, fresh }: Input): Promise<Page | PublicAnswer> {
  allowAnyone(ctx, 'properties:read');
  const isExplained = query.explain === 'true';
  if (isExplained) requireStaff(ctx);

  const asked = readQuery(query);
  const { limit, cursor } = query;
  const list = `${FORM} ${canonical(asked)}`;
  const position = readPosition(ctx.keyring, list, cursor);
  const find = () => page(ctx, asked, { limit, position, list });
  if (isExplained) {
    const { data, nextCursor, explain } = await find();
    return { data, nextCursor, explain };
  }
  const key = `${FORM}/${sha256(`${limit} ${cursor ?? ''} ${list}`)}`;
  return kept(ctx, key, fresh, async () => {
    const { explain: _, ...shown } = await find();
    return publicText(PublicSearchPage, shown);
  });
}

type Walk = { readonly limit: number; readonly position: Position | undefined; readonly list: string };

async function page(ctx: Context, asked: Asked, { limit, position, list }: Walk): Promise<Required<Page>> {
  const { d1Trips, rowsRead } = ctx.tally;
  const exchange = await exchangeFor(ctx, asked);
  const ask = { db: ctx.searchDb, asked, nowMs: ctx.clock.now(), exchange };
  const { found, next, plan, examined } = await findPage(ask, { limit, position });
  return {
    data: found.map((one) => toHit(one, asked)),
    nextCursor: next && writeCursor(ctx.keyring, list, next),
    explain: {
      plan: plan.name,
      estimate: plan.estimate,
      examined,
      trips: ctx.tally.d1Trips - d1Trips,
      rowsRead: ctx.tally.rowsRead - rowsRead,
    },
  };
}

const toHit = ({ card, chord, offer }: Found, { flexDays }: Asked): Hit => ({
  ...(JSON.parse(card) as Hit),
  ...(chord !== null && { distanceKm: Math.round(kmOfChord(chord) * 100) / 100 }),
  ...(offer && { total: { amount: offer.total, currency: offer.currency } }),
  ...(offer && flexDays > 0 && offer.stay),
});
