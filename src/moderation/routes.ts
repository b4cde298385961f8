import { Forbidden, ScopeMissing, SecondFactorRequired } from '../accounts/index.ts';
import { endpoint } from '../platform/endpoint.ts';
import { DeadLetterNotFound } from './errors.ts';
import { listDeadLetters } from './list-dead-letters.ts';
import { replayDeadLetter } from './replay-dead-letter.ts';
import * as schemas from './schemas.ts';

const room = 'moderation';
const STAFFS = [ScopeMissing, Forbidden, SecondFactorRequired];

export const moderationRoutes = [
  endpoint({
    method: 'get',
    path: '/v1/staff/dead-letters',
    operationId: 'listDeadLetters',
    room,
    summary: 'Messages that no retry could save',
    access: 'staff',
    query: schemas.DeadLettersQuery,
    refusals: STAFFS,
    status: 200,
    response: schemas.DeadLetterPage,
    handle: (ctx, { query }) => listDeadLetters(ctx, query),
  }),
  endpoint({
    method: 'post',
    path: '/v1/staff/dead-letters/{deadLetterId}/replay',
    operationId: 'replayDeadLetter',
    room,
    summary: 'Put a message back into its queue, for a reason that is kept',
    access: 'staff',
    params: schemas.DeadLetterParams,
    body: schemas.ReplayBody,
    refusals: [...STAFFS, DeadLetterNotFound],
    status: 200,
    response: schemas.DeadLetter,
    handle: (ctx, { params, body }) => replayDeadLetter(ctx, { ...params, ...body }),
  }),
];
