import { Forbidden, ScopeMissing, SecondFactorRequired } from '../accounts/index.ts';
import { endpoint } from '../platform/endpoint.ts';
import { savedSearchRoutes } from './saved/routes.ts';
import * as schemas from './schemas.ts';
import { searchFacets } from './search-facets.ts';
import { searchProperties } from './search-properties.ts';

const room = 'search';

export const searchRoutes = [
  endpoint({
    method: 'get',
    path: '/v1/search',
    operationId: 'searchProperties',
    room,
    summary: 'Places to stay',
    description:
      'With dates: what could be booked now, with the total of the stay. A page may be short, or empty, where much ' +
      'had to be looked at for little: go on while there is a `nextCursor`. An answer may be a minute old; ' +
      '`Cache-Control: no-cache` asks the index. Only a booking is certain.',
    access: 'anyone',
    scope: 'properties:read',
    query: schemas.SearchQuery,
    refusals: [ScopeMissing, Forbidden, SecondFactorRequired],
    status: 200,
    response: schemas.SearchPage,
    tagged: true,
    handle: (ctx, { query, fresh }) => searchProperties(ctx, { query, fresh }),
  }),
  endpoint({
    method: 'get',
    path: '/v1/search/facets',
    operationId: 'searchFacets',
    room,
    summary: 'How many places there are of each kind',
    access: 'anyone',
    scope: 'properties:read',
    query: schemas.FacetQuery,
    refusals: [ScopeMissing],
    status: 200,
    response: schemas.Facets,
    tagged: true,
    handle: (ctx, { query, fresh }) => searchFacets(ctx, { query, fresh }),
  }),
  ...savedSearchRoutes,
];
