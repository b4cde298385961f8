import { defineRefusal } from '../kernel/errors.ts';

export const QuoteInvalid = defineRefusal(
  'quotes.invalid',
  'unprocessable',
  'This is not a quote of ours, or it was changed',
);
export const QuoteExpired = defineRefusal(
  'quotes.expired',
  'conflict',
  'This quote has run out; ask for another',
);
export const PriceTooLarge = defineRefusal(
  'quotes.price_too_large',
  'unprocessable',
  'The price of this stay is larger than can be charged',
);
export const PromotionUnknown = defineRefusal(
  'quotes.promotion_unknown',
  'unprocessable',
  'There is no such promotion code',
);
export const PromotionNotStarted = defineRefusal(
  'quotes.promotion_not_started',
  'unprocessable',
  'This promotion code cannot be used yet',
);
export const PromotionEnded = defineRefusal(
  'quotes.promotion_ended',
  'unprocessable',
  'This promotion code has ended',
);
export const PromotionExhausted = defineRefusal(
  'quotes.promotion_exhausted',
  'conflict',
  'This promotion code was used as often as it may be',
);
