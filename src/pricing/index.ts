/**
 * Pricing: what a stay costs, and the quote that keeps it.
 * Always true here: nothing is read or written and no clock is asked, so equal arguments give equal prices;
 * the lines of a price add up to its total exactly; search, calendar, quote and booking price alike, because
 * they call the same function.
 */
export {
  PriceTooLarge,
  PromotionEnded,
  PromotionExhausted,
  PromotionNotStarted,
  PromotionUnknown,
  QuoteExpired,
  QuoteInvalid,
} from './errors.ts';
export { openQuote, QUOTE_LIFE_MS, type Quote, sealQuote } from './quote.ts';
export {
  findPromotion,
  GUEST_FEE_PERCENT,
  HOST_FEE_PERCENT,
  minNightsBySeason,
  type NightPrices,
  nightlyPrice,
  type PriceLine,
  priceStay,
  type StayPrice,
} from './rules.ts';
export { Guests, nightlyRate, Rates } from './schemas.ts';
