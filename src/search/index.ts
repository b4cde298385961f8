/**
 * Search: which places there are, for whom and when.
 * Always true here: what is in SEARCH_DB is a copy, made of books and descriptions as they are when a message about
 * them is read, and can be thrown away; nothing in it is of anybody who stays, and no point in it is exact; what is
 * found is public, may be a minute old, and is never a promise: booking asks the book; what an amount is worth in
 * another currency is a day old.
 */
export { indexProperties } from './index-properties.ts';
export { searchJobs } from './jobs.ts';
export { createRateSource } from './rates/http-source.ts';
export type { RateSource } from './rates/ports.ts';
export { refreshRates } from './rates/refresh-rates.ts';
export { searchRoutes } from './routes.ts';
export { composeNewPlaces } from './saved/mail.ts';
export { describeSavedSearches, eraseSavedSearches } from './saved/personal-data.ts';
export { startLooks } from './saved/start-looks.ts';
export { tellSearch } from './tell-search.ts';
