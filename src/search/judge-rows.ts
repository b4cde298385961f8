import type { Sale } from '../book/index.ts';
import { convert, type Exchange } from './exchange.ts';
import type { Ask, Place, Row } from './find-rows.ts';
import { judgeStay, type Offer, staysAround } from './judge-stay.ts';
import type { Asked } from './read-query.ts';

export type Found = {
  readonly id: string;
  readonly place: Place;
  readonly card: string;
  readonly chord: number | null;
  readonly offer: Offer | null;
};

/** Those that fit by the book's own rules too. */
export function judgeRows({ asked, nowMs, exchange }: Ask, rows: readonly Row[]): Found[] {
  const stays = asked.stay && staysAround(asked.stay, asked.flexDays);
  return rows.flatMap(({ id, k, card, sale, chord }): Found[] => {
    if (card === null) return [];
    const place: Place = [k, id];
    if (stays === null) return [{ id, card, chord, offer: null, place }];
    const offer = sale === null ? null : judgeStay(JSON.parse(sale) as Sale, stays, asked, nowMs);
    return offer && isAffordable(exchange, offer, asked) ? [{ id, card, chord, offer, place }] : [];
  });
}

function isAffordable(
  exchange: Exchange,
  { total, currency }: Offer,
  { priceMin, priceMax, currency: asked }: Asked,
): boolean {
  const amount = asked === null ? total : convert(exchange, total, currency, asked);
  return (priceMin === null || amount >= priceMin) && (priceMax === null || amount <= priceMax);
}
