import { endpoint } from './platform/endpoint.ts';
import { Health, probe, Readiness } from './platform/health.ts';

const room = 'service';

export const serviceRoutes = [
  endpoint({
    method: 'get',
    path: '/healthz',
    operationId: 'getHealth',
    room,
    summary: 'The Worker runs',
    access: 'public',
    refusals: [],
    status: 200,
    response: Health,
    handle: async () => ({ status: 'ok' as const }),
  }),
  endpoint({
    method: 'get',
    path: '/readyz',
    operationId: 'getReadiness',
    room,
    summary: 'Each thing that the Worker depends on answers',
    access: 'public',
    refusals: [],
    status: 200,
    response: Readiness,
    handle: (ctx) => probe(ctx.probes),
    variant: { status: 503, when: ({ status }) => status !== 'ready' },
  }),
];
