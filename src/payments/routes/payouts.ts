import { Forbidden, HostRequired, RecentLoginRequired, ScopeMissing } from '../../accounts/index.ts';
import { toInstant } from '../../kernel/clock.ts';
import { type Conditions, matchesTag } from '../../platform/conditions.ts';
import { endpoint, type FileAnswer } from '../../platform/endpoint.ts';
import { tagOf } from '../../platform/public-cache.ts';
import * as errors from '../errors.ts';
import { getPayout } from '../payouts/get-payout.ts';
import { getPayoutAccount, type PayoutAccountRow } from '../payouts/get-payout-account.ts';
import { getStatement } from '../payouts/get-statement.ts';
import { listPayouts } from '../payouts/list-payouts.ts';
import { setPayoutAccount } from '../payouts/set-payout-account.ts';
import { type Statement, toCsv, toStatement } from '../payouts/statement.ts';
import { toPayout } from '../payouts/to-payout.ts';
import * as schemas from '../schemas.ts';

const room = 'payments';

const shownAccount = {
  response: schemas.PayoutAccount,
  reply: ({
    provider,
    destination,
    country,
    createdAt,
    onboardingUrl = null,
  }: PayoutAccountRow & { onboardingUrl?: string | null }) => ({
    ...{ provider, destination, country, onboardingUrl },
    createdAt: toInstant(createdAt),
  }),
};

export const payouts = [
  endpoint({
    method: 'get',
    path: '/v1/payouts',
    operationId: 'listPayouts',
    room,
    summary: 'What was sent to the caller as a host, or is on its way, newest first',
    access: 'bookings:read',
    query: schemas.PayoutsQuery,
    refusals: [ScopeMissing, HostRequired],
    status: 200,
    response: schemas.PayoutPage,
    handle: (ctx, { query }) => listPayouts(ctx, query),
  }),
  endpoint({
    method: 'get',
    path: '/v1/payouts/{payoutId}',
    operationId: 'getPayout',
    room,
    summary: 'One payout, with the booking that it is for',
    access: 'bookings:read',
    params: schemas.PayoutParams,
    refusals: [ScopeMissing, errors.PayoutNotFound],
    status: 200,
    response: schemas.Payout,
    handle: (ctx, { params }) => getPayout(ctx, params),
    reply: toPayout,
  }),
  endpoint({
    method: 'get',
    path: '/v1/me/payout-account',
    operationId: 'getPayoutAccount',
    room,
    summary: 'Where the caller’s money goes',
    access: 'payments:write',
    refusals: [ScopeMissing, HostRequired, errors.NoPayoutAccount],
    status: 200,
    ...shownAccount,
    handle: (ctx) => getPayoutAccount(ctx),
  }),
  endpoint({
    method: 'post',
    path: '/v1/me/payout-account',
    operationId: 'setPayoutAccount',
    room,
    summary: 'Say where the caller’s money is to go',
    description:
      'With Stripe, send the host to `onboardingUrl`; asked again, it is a new address for the same account. ' +
      'What was waiting is sent at once. The host is told by mail when it changes.',
    access: 'session',
    body: schemas.PayoutAccountBody,
    refusals: [
      Forbidden,
      RecentLoginRequired,
      HostRequired,
      errors.PayoutDetailMissing,
      errors.ReturnUrlForeign,
      errors.PayoutAccountRefused,
    ],
    status: 200,
    ...shownAccount,
    handle: (ctx, { body }) => setPayoutAccount(ctx, body),
  }),
  endpoint({
    method: 'get',
    path: '/v1/me/statement',
    operationId: 'getStatement',
    room,
    summary: 'A month of the caller’s money as a host, which adds up',
    description: 'As JSON, or with `format=csv` as a file for a spreadsheet.',
    access: 'bookings:read',
    query: schemas.StatementQuery,
    refusals: [ScopeMissing, HostRequired],
    status: 200,
    response: schemas.Statement,
    file: { types: ['text/csv'] },
    handle: async (ctx, { query, conditions }) =>
      toFile(query.format, await getStatement(ctx, query), conditions),
  }),
];

function toFile(format: 'json' | 'csv', statement: Statement, { ifNoneMatch }: Conditions): FileAnswer {
  const isCsv = format === 'csv';
  const body = isCsv ? toCsv(statement) : JSON.stringify(toStatement(statement));
  const etag = `"${tagOf(body)}"`;
  const headers = { etag, 'cache-control': 'no-store' };
  if (ifNoneMatch !== undefined && matchesTag(ifNoneMatch, etag))
    return { status: 304, contentType: null, body: null, headers };

  const name = { 'content-disposition': `attachment; filename="roost-${statement.month}.csv"` };
  return isCsv
    ? { status: 200, contentType: 'text/csv; charset=utf-8', body, headers: { ...headers, ...name } }
    : { status: 200, contentType: 'application/json', body, headers };
}
