import { OpenAPIHono } from '@hono/zod-openapi';
import { Hono, type Context as HonoContext, type Next } from 'hono';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import { accountRoutes, findApiKey, standingOf } from './accounts/index.ts';
import { bookingRoutes } from './bookings/index.ts';
import { createContext } from './context.ts';
import { runDueJobs } from './cron.ts';
import { settingsOf } from './env.ts';
import { newId } from './kernel/ids.ts';
import { moderationRoutes } from './moderation/index.ts';
import { paymentRoutes } from './payments/index.ts';
import { verifyAccessToken } from './platform/access-token.ts';
import { moveClock, openClock } from './platform/clock.ts';
import { type AnyEndpoint, type Door, type DoorEnv, mount } from './platform/endpoint.ts';
import { InvalidToken, MethodNotAllowed, RouteNotFound } from './platform/errors.ts';
import { createLog } from './platform/log.ts';
import { type Answer, bugAnswer, misconfiguredAnswer, refusalAnswer, toAnswer } from './platform/problem.ts';
import { rateLimitClass, shield } from './platform/rate-limit.ts';
import { privacyRoutes } from './privacy/index.ts';
import { propertyRoutes } from './properties/index.ts';
import { searchRoutes } from './search/index.ts';
import { serviceRoutes } from './service.ts';

/** The front door: what happens to every request, in order, and the routes of each room. */
type AppEnv = DoorEnv & { Bindings: Cloudflare.Env };
type AppContext = HonoContext<AppEnv>;

const REQUEST_ID = /^[\w.-]{8,64}$/;
const PAGES = ['/docs', '/docs/*', '/problems', '/openapi.json'];
// The API reference writes its styles into the page and has its icons in them; nothing else is inline.
const PAGE_POLICY = {
  defaultSrc: ["'none'"],
  scriptSrc: ["'self'"],
  styleSrc: ["'self'", "'unsafe-inline'"],
  imgSrc: ["'self'", 'data:'],
  connectSrc: ["'self'"],
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};
const API_POLICY = { defaultSrc: ["'none'"], frameAncestors: ["'none'"] };
const headersFor = (contentSecurityPolicy: typeof API_POLICY) =>
  secureHeaders({
    contentSecurityPolicy,
    strictTransportSecurity: 'max-age=63072000; includeSubDomains; preload',
    xFrameOptions: 'DENY',
    crossOriginResourcePolicy: 'cross-origin',
    // A file may bring a stricter policy of its own.
    overwrite: false,
  });
const pageHeaders = headersFor(PAGE_POLICY);
const apiHeaders = headersFor(API_POLICY);

export const endpoints: readonly AnyEndpoint[] = [
  ...serviceRoutes,
  ...accountRoutes,
  ...propertyRoutes,
  ...bookingRoutes,
  ...paymentRoutes,
  ...searchRoutes,
  ...moderationRoutes,
  ...privacyRoutes,
];

export function createApp(): OpenAPIHono<AppEnv> {
  const app = new OpenAPIHono<AppEnv>();

  app.use(openDoor);
  // Before the security headers: its pages bring their own.
  app.all('/sandbox', forwardToSandbox);
  app.all('/sandbox/*', forwardToSandbox);
  app.use((c, next) => (isPage(c.req.path) ? pageHeaders : apiHeaders)(c, next));
  app.use((c, next) => crossOrigin(c.get('door').context.settings.corsOrigins)(c, next));
  app.use('/v1/*', limitRate);
  app.on(['GET', 'HEAD'], PAGES, servePage);
  app.get('/', (c) => c.redirect('/docs'));
  mount(app as never, endpoints);

  app.notFound((c) => {
    const allowed = methodsAt(c.req.path);
    if (allowed.length === 0) throw RouteNotFound();
    const answer = refusalAnswer(MethodNotAllowed(), c.get('door').context.requestId);
    return toResponse({ ...answer, headers: { ...answer.headers, allow: allowed.join(', ') } });
  });
  app.onError((error, c) => {
    const { context } = c.get('door');
    const answer = toAnswer(error, context.requestId);
    if (answer === null) context.log.error('request.failed', { error });
    else if (answer.status >= 500) context.log.warn('request.fault', { error });
    return toResponse(answer ?? bugAnswer(context.requestId));
  });
  return app;
}

/** Stands in for the app while its settings are refused: one answer to everything. */
export function createRefusingApp(problems: readonly string[]): Hono {
  const app = new Hono();
  app.use(apiHeaders);
  app.all('*', () => misconfiguredAnswer(problems));
  return app;
}

async function openDoor(c: AppContext, next: () => Promise<void>): Promise<void> {
  const started = performance.now();
  const settings = settingsOf(c.env);
  const clock = await openClock(c.env.SANDBOX);
  const shown = c.req.header('x-request-id');
  const requestId = shown !== undefined && REQUEST_ID.test(shown) ? shown : newId('req', clock.now());
  const context = createContext(c.env, settings, clock, c.executionCtx, {
    actor: { kind: 'anonymous' },
    requestId,
    log: createLog({ requestId }),
    client: {
      ip: c.req.header('cf-connecting-ip') ?? 'unknown',
      userAgent: c.req.header('user-agent')?.toWellFormed().slice(0, 300) ?? null,
    },
  });
  const door: Door = { context, authenticate: () => authenticate(c, context) };
  c.set('door', door);

  await next();

  if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store');
  c.header('x-request-id', requestId);
  context.log.info('request', {
    method: c.req.method,
    operation: c.get('operationId') ?? null,
    path: c.get('operationId') === undefined ? c.req.path.slice(0, 100) : undefined,
    status: c.res.status,
    actor: door.context.actor.kind,
    elapsedMs: Math.round(performance.now() - started),
    ...context.tally,
  });
}

async function authenticate(c: AppContext, context: Door['context']) {
  const header = c.req.header('authorization');
  if (header === undefined) return { actor: context.actor, standing: null };

  const [, credential] = /^bearer +([^\s]+)$/i.exec(header) ?? [];
  if (credential === undefined) throw InvalidToken();
  const actor = credential.startsWith('rk_')
    ? await findApiKey(context, credential)
    : await verifyAccessToken(context.settings, credential, context.clock);
  if (!actor) throw InvalidToken();
  return { actor, standing: standingOf(actor, context.clock.now()) };
}

async function limitRate(c: AppContext, next: () => Promise<void>): Promise<void> {
  const { context } = c.get('door');
  const limiters = { default: c.env.RATE_LIMITER, auth: c.env.AUTH_RATE_LIMITER };
  const name = rateLimitClass(c.req.path);
  const headers = await shield(limiters, context.settings, name, context.client.ip, context.clock);
  await next();
  for (const [header, value] of Object.entries(headers)) c.header(header, value);
}

async function servePage(c: AppContext): Promise<Response> {
  const response = await c.env.ASSETS.fetch(c.req.raw);
  if (response.status === 404) throw RouteNotFound();
  return response;
}

/** Development only: without the binding these addresses do not exist. A moved clock is lived through. */
async function forwardToSandbox(c: AppContext, next: Next): Promise<Response | undefined> {
  if (!c.env.SANDBOX) {
    await next();
    return undefined;
  }
  const response = await c.env.SANDBOX.fetch(c.req.raw);
  if (c.req.path !== '/sandbox/clock' || c.req.method === 'GET' || !response.ok) {
    return new Response(response.body, response);
  }
  const moved = (await response.json()) as { offsetMs: number };
  moveClock(moved);
  await runDueJobs(c.env, c.executionCtx);
  return Response.json(moved);
}

const crossOrigin = (origins: readonly string[]) =>
  cors({
    origin: [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders: [
      'authorization',
      'cache-control',
      'content-type',
      'idempotency-key',
      'if-match',
      'if-none-match',
      'if-range',
      'range',
      'x-request-id',
    ],
    exposeHeaders: [
      'accept-ranges',
      'content-range',
      'etag',
      'idempotent-replayed',
      'location',
      'ratelimit',
      'ratelimit-policy',
      'retry-after',
      'x-request-id',
    ],
    maxAge: 600,
  });

const isPage = (path: string) => path === '/docs' || path.startsWith('/docs/') || path === '/problems';

const addresses = endpoints.map(({ method, path }) => ({
  method: method.toUpperCase(),
  pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
}));
const methodsAt = (path: string): string[] =>
  addresses.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);

const toResponse = ({ status, headers, body }: Answer) => new Response(body, { status, headers });
