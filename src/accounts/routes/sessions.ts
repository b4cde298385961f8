import { pageOf } from '../../kernel/page.ts';
import { endpoint } from '../../platform/endpoint.ts';
import * as errors from '../errors.ts';
import { listSessions } from '../list-sessions.ts';
import { revokeSession } from '../revoke-session.ts';
import * as schemas from '../schemas.ts';

const room = 'accounts';

export const sessions = [
  endpoint({
    method: 'get',
    path: '/v1/auth/sessions',
    operationId: 'listSessions',
    room,
    summary: 'The places where this account is logged in',
    access: 'session',
    query: schemas.ListQuery,
    refusals: [errors.Forbidden],
    status: 200,
    response: pageOf(schemas.Session),
    handle: (ctx, { query }) => listSessions(ctx, query),
  }),
  endpoint({
    method: 'delete',
    path: '/v1/auth/sessions/{sessionId}',
    operationId: 'revokeSession',
    room,
    summary: 'End one session',
    access: 'session',
    params: schemas.SessionParams,
    refusals: [errors.Forbidden, errors.SessionNotFound],
    status: 204,
    handle: (ctx, { params }) => revokeSession(ctx, params),
  }),
];
