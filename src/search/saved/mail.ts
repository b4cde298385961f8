import { and, asc, eq } from 'drizzle-orm';
import { findAccount } from '../../accounts/index.ts';
import type { Context } from '../../context.ts';
import { currency, exponentOf, type Money } from '../../kernel/money.ts';
import { z } from '../../kernel/zod.ts';
import type { Mail } from '../../platform/mail.ts';
import type { Hit } from '../schemas.ts';
import { stopUrl } from './stop-address.ts';
import { savedSearch } from './tables.ts';

const Offer = z.object({
  stay: z.object({ checkIn: z.string(), checkOut: z.string() }),
  total: z.int(),
  currency,
});
const News = z.object({
  savedSearchId: z.string(),
  count: z.int(),
  places: z.array(z.object({ id: z.string(), offer: Offer.optional() })),
});
const NewPlaces = z.object({
  id: z.string(),
  kind: z.literal('new_places'),
  accountId: z.string(),
  news: z.array(News),
});
export type NewPlaces = z.infer<typeof NewPlaces>;
type News = z.infer<typeof News>;

/** Of what is still watched, and still there; null when there is nobody to write to, or nothing to say any more. */
export async function composeNewPlaces(ctx: Context, message: unknown): Promise<Mail | null> {
  const { accountId, news } = NewPlaces.parse(message);
  const reader = await findAccount(ctx.db, accountId);
  if (reader?.status !== 'active' || !reader.email) return null;
  const watched = await ctx.db
    .select({ id: savedSearch.id, name: savedSearch.name })
    .from(savedSearch)
    .where(and(eq(savedSearch.accountId, accountId), eq(savedSearch.state, 'watching')))
    .orderBy(asc(savedSearch.createdAt), asc(savedSearch.id));
  const cards = await readCards(ctx, news);

  const sections = watched.flatMap(({ id, name }) => {
    const one = news.find(({ savedSearchId }) => savedSearchId === id);
    const places = one?.places.flatMap((place) => describe(ctx, place, cards)) ?? [];
    if (!one || places.length === 0) return [];
    const more = one.count - one.places.length;
    return [
      `New for “${name}”:`,
      ...places,
      ...(more > 0 ? [`and ${more} more`] : []),
      `To stop mails about “${name}”:\n${stopUrl(ctx, id)}`,
    ];
  });
  if (sections.length === 0) return null;
  const stopAll = stopUrl(ctx, accountId);
  return {
    to: reader.email,
    subject: 'New places for your saved searches',
    text: [`Hello ${reader.name},`, ...sections, `To stop all mails of this kind:\n${stopAll}`].join('\n\n'),
    headers: {
      'List-Unsubscribe': `<${stopAll}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    },
  };
}

async function readCards({ searchDb }: Context, news: readonly News[]): Promise<ReadonlyMap<string, Hit>> {
  const ids = news.flatMap(({ places }) => places.map(({ id }) => id));
  const { results } = await searchDb
    .prepare('SELECT card FROM listing WHERE live = 1 AND id IN (SELECT value FROM json_each(?))')
    .bind(JSON.stringify(ids))
    .all<{ card: string }>();
  return new Map(results.map(({ card }) => JSON.parse(card) as Hit).map((hit) => [hit.id, hit]));
}

function describe(
  { settings }: Context,
  { id, offer }: News['places'][number],
  cards: ReadonlyMap<string, Hit>,
): string[] {
  const hit = cards.get(id);
  if (!hit) return [];
  const price = offer
    ? `${inWords({ amount: offer.total, currency: offer.currency })}, ${offer.stay.checkIn} to ${offer.stay.checkOut}`
    : `${inWords(hit.nightly)} a night`;
  return [`${hit.title}, ${hit.city}\n${price}\n${settings.origin}/properties/${id}`];
}

function inWords({ amount, currency }: Money): string {
  const exponent = exponentOf(currency);
  return `${currency} ${(amount / 10 ** exponent).toFixed(exponent)}`;
}
