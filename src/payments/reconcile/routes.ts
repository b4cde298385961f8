import { Forbidden, ScopeMissing, SecondFactorRequired } from '../../accounts/index.ts';
import { toInstant } from '../../kernel/clock.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { listDiscrepancies } from './list-discrepancies.ts';
import { reconcilePayments } from './reconcile-payments.ts';
import * as schemas from './schemas.ts';
import { toDiscrepancy } from './to-discrepancy.ts';

const path = '/v1/staff/reconciliation';
const room = 'payments';
const refusals = [ScopeMissing, Forbidden, SecondFactorRequired];

export const reconciliation = [
  endpoint({
    method: 'get',
    path,
    operationId: 'listDiscrepancies',
    room,
    summary: 'Where the payment providers’ books are not as ours, the oldest first',
    description:
      'Each is looked at again every hour. One that was seen only once may be on its way, and is `suspected`; ' +
      'one that is no more is `resolved`.',
    access: 'staff',
    query: schemas.DiscrepanciesQuery,
    refusals,
    status: 200,
    response: schemas.DiscrepancyPage,
    handle: (ctx, { query }) => listDiscrepancies(ctx, query),
    reply: ({ data, nextCursor }, { clock }) => ({
      data: data.map((row) => toDiscrepancy(row, clock.now())),
      nextCursor,
    }),
  }),
  endpoint({
    method: 'post',
    path,
    operationId: 'reconcilePayments',
    room,
    summary: 'Compare the payment providers’ books with ours now',
    description: 'It is done after the answer, and what differed before is looked at again too.',
    access: 'staff',
    body: schemas.ReconciliationBody,
    bodyOptional: true,
    refusals,
    status: 202,
    response: schemas.Reconciliation,
    handle: (ctx, { body }) => reconcilePayments(ctx, body),
    reply: ({ startedAt }) => ({ startedAt: toInstant(startedAt) }),
  }),
];
