import { pageOf } from '../../kernel/page.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { createApiKey } from '../create-api-key.ts';
import * as errors from '../errors.ts';
import { getJwks } from '../get-jwks.ts';
import { listApiKeys } from '../list-api-keys.ts';
import { revokeApiKey } from '../revoke-api-key.ts';
import * as schemas from '../schemas.ts';

const room = 'accounts';

export const keys = [
  endpoint({
    method: 'post',
    path: '/v1/api-keys',
    operationId: 'createApiKey',
    room,
    summary: 'Make an API key; it is shown in this answer only',
    access: 'session',
    body: schemas.CreateApiKeyBody,
    refusals: [
      errors.Forbidden,
      errors.RecentLoginRequired,
      errors.SecondFactorRequired,
      errors.TooManyApiKeys,
    ],
    status: 201,
    response: schemas.NewApiKey,
    handle: (ctx, { body }) => createApiKey(ctx, body),
  }),
  endpoint({
    method: 'get',
    path: '/v1/api-keys',
    operationId: 'listApiKeys',
    room,
    summary: 'The API keys of this account',
    access: 'session',
    query: schemas.ListQuery,
    refusals: [errors.Forbidden],
    status: 200,
    response: pageOf(schemas.ApiKey),
    handle: (ctx, { query }) => listApiKeys(ctx, query),
  }),
  endpoint({
    method: 'delete',
    path: '/v1/api-keys/{keyId}',
    operationId: 'revokeApiKey',
    room,
    summary: 'Revoke an API key',
    access: 'session',
    params: schemas.ApiKeyParams,
    refusals: [errors.Forbidden, errors.ApiKeyNotFound],
    status: 204,
    handle: (ctx, { params }) => revokeApiKey(ctx, params),
  }),
  endpoint({
    method: 'get',
    path: '/.well-known/jwks.json',
    operationId: 'getJwks',
    room,
    summary: 'The public keys that verify access tokens',
    access: 'public',
    refusals: [],
    status: 200,
    response: schemas.Jwks,
    tagged: true,
    cacheControl: 'public, max-age=300',
    handle: (ctx) => getJwks(ctx),
  }),
];
