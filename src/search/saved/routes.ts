import { ScopeMissing } from '../../accounts/index.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { deleteSavedSearch } from './delete-saved-search.ts';
import * as errors from './errors.ts';
import { listSavedSearches } from './list-saved-searches.ts';
import { saveSearch } from './save-search.ts';
import * as schemas from './schemas.ts';
import { showStopPage } from './show-stop-page.ts';
import { STOP_PATH } from './stop-address.ts';
import { stopSavedSearches } from './stop-saved-searches.ts';

const room = 'search';
const PAGE = { types: ['text/html'], untagged: true } as const;

export const savedSearchRoutes = [
  endpoint({
    method: 'post',
    path: '/v1/saved-searches',
    operationId: 'saveSearch',
    room,
    summary: 'Be told by mail when something new fits',
    description:
      'At most once a day, of all saved searches together. What fits now is not new. There can be 20. With dates, a ' +
      'place is new too when somebody else’s stay there is cancelled.',
    access: 'profile',
    body: schemas.SaveSearchBody,
    refusals: [ScopeMissing, errors.TooManySavedSearches],
    status: 201,
    response: schemas.SavedSearch,
    handle: (ctx, { body }) => saveSearch(ctx, body),
  }),
  endpoint({
    method: 'get',
    path: '/v1/saved-searches',
    operationId: 'listSavedSearches',
    room,
    summary: 'What the caller has saved, newest first',
    access: 'profile',
    query: schemas.PageQuery,
    refusals: [ScopeMissing],
    status: 200,
    response: schemas.SavedSearchPage,
    handle: (ctx, { query }) => listSavedSearches(ctx, query),
  }),
  endpoint({
    method: 'delete',
    path: '/v1/saved-searches/{savedSearchId}',
    operationId: 'deleteSavedSearch',
    room,
    summary: 'Look for it no longer',
    access: 'profile',
    params: schemas.SavedSearchParams,
    refusals: [ScopeMissing, errors.SavedSearchNotFound],
    status: 204,
    handle: (ctx, { params }) => deleteSavedSearch(ctx, params),
  }),
  endpoint({
    method: 'get',
    path: STOP_PATH,
    operationId: 'showStopPage',
    room,
    summary: 'Where an address in a mail leads: a page with one button, which stops these mails',
    description: 'It changes nothing.',
    access: 'public',
    query: schemas.StopQuery,
    refusals: [errors.StopTokenInvalid],
    status: 200,
    file: PAGE,
    handle: (ctx, { query }) => showStopPage(ctx, query),
  }),
  endpoint({
    method: 'post',
    path: STOP_PATH,
    operationId: 'stopSavedSearches',
    room,
    summary: 'Stop the mails about one saved search, or about all, by an address out of one',
    description:
      'By the page’s button, or by a mail program in one click (RFC 8058). What is sent is not read.',
    access: 'public',
    query: schemas.StopQuery,
    raw: true,
    refusals: [errors.StopTokenInvalid],
    status: 200,
    file: PAGE,
    handle: (ctx, { query }) => stopSavedSearches(ctx, query),
  }),
];
