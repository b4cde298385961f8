/**
 * Properties: what can be rented, when, and at what price.
 * Always true here: how a place is described is in D1, what can be sold of it is in its book; a book's
 * refusals get their names here; what the public is shown has no exact address.
 */

export { AMENITIES, AMENITY_KEYS } from './amenities.ts';
export { type Answered, askBook, type RefusalNames } from './ask-book.ts';
export { compareBooks, startComparison } from './compare-books.ts';
export { describeForSearch, listPropertyIds, type PublicView } from './describe-for-search.ts';
export { NoRates, PropertyNotFound, Unavailable } from './errors.ts';
export { propertyJobs } from './jobs.ts';
export {
  describeProperties,
  eraseProperties,
  finishErasingProperties,
  openPropertyBusiness,
} from './personal-data.ts';
export { propertyRoutes } from './routes/index.ts';
export { Cause, NightPrices, PriceLines } from './sale-schemas.ts';
export { Image as PropertyImage, PROPERTY_TYPES, PropertyParams } from './schemas.ts';
export { propertyCopies } from './sink.ts';
export { sweepBooks } from './sweep-books.ts';
export { sweepFeeds } from './sweep-feeds.ts';
export { coHost, sweep } from './tables.ts';
export { callOf } from './tell-book.ts';
export { moneyIn, toPriceParts } from './to-quote.ts';
