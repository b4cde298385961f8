import { AccountSuspended, Forbidden, RecentLoginRequired } from '../accounts/index.ts';
import { instant, z } from '../kernel/zod.ts';
import { endpoint } from '../platform/endpoint.ts';
import { eraseMe } from './erase-me.ts';
import { ExportNotFound, OpenBusiness } from './errors.ts';
import { getExport } from './get-export.ts';
import { requestExport } from './request-export.ts';

const room = 'privacy';

const DataExport = z
  .object({
    id: z.string(),
    status: z.enum(['preparing', 'ready']),
    requestedAt: instant,
    expiresAt: instant,
    data: z.looseObject({}).optional(),
  })
  .openapi('DataExport');

export const privacyRoutes = [
  endpoint({
    method: 'delete',
    path: '/v1/me',
    operationId: 'eraseMe',
    room,
    summary: 'Erase the account and what is known about the person',
    description: 'Refused while something is open; `open` names what.',
    access: 'session',
    refusals: [Forbidden, RecentLoginRequired, AccountSuspended, OpenBusiness],
    status: 202,
    response: z.object({ accepted: z.literal(true) }),
    handle: (ctx) => eraseMe(ctx),
  }),
  endpoint({
    method: 'post',
    path: '/v1/me/export',
    operationId: 'requestExport',
    room,
    summary: 'Ask for a copy of everything about the caller',
    access: 'session',
    body: z.strictObject({}),
    bodyOptional: true,
    refusals: [Forbidden, RecentLoginRequired],
    status: 202,
    response: DataExport,
    handle: (ctx) => requestExport(ctx),
  }),
  endpoint({
    method: 'get',
    path: '/v1/me/export',
    operationId: 'getExport',
    room,
    summary: 'The copy, once it is ready',
    access: 'session',
    refusals: [Forbidden, ExportNotFound],
    status: 200,
    response: DataExport,
    handle: (ctx) => getExport(ctx),
    variant: { status: 202, when: ({ status }) => status === 'preparing' },
    headers: ({ status }) =>
      status === 'ready'
        ? ({ 'content-disposition': 'attachment; filename="roost-export.json"' } as Record<string, string>)
        : { 'retry-after': '5' },
  }),
];
