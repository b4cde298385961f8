import type { Context } from '../../context.ts';
import type { Position } from '../../kernel/page.ts';
import { findPage } from '../find-page.ts';
import type { FoundPage } from '../page-of.ts';
import { exchangeFor } from '../rates/table.ts';
import type { Asked } from '../read-query.ts';
import { MAX_SEEN, type Seen } from './rules.ts';

/** The newest of what fits now; so many pages at most. */
export async function look(ctx: Context, asked: Asked, maxPages: number) {
  const ask = {
    db: ctx.searchDb,
    asked: { ...asked, sort: 'newest' as const },
    nowMs: ctx.clock.now(),
    exchange: await exchangeFor(ctx, asked),
  };
  const found: FoundPage['found'][number][] = [];
  let position: Position | undefined;
  for (let page = 0; page < maxPages && found.length < MAX_SEEN; page++) {
    const { found: more, next } = await findPage(ask, { limit: MAX_SEEN - found.length, position });
    found.push(...more);
    if (next === null) return { found, seen: { ids: idsOf(found), end: null } satisfies Seen };
    position = next;
  }
  const [, published, id] = position ?? [];
  const seen: Seen = { ids: idsOf(found), end: [Number(published), String(id)] };
  return { found, seen };
}

const idsOf = (found: FoundPage['found']) => found.map(({ id }) => id);
