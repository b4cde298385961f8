import { findPage } from './page.ts';
import type { Sandbox } from './sandbox.ts';

export { Sandbox } from './sandbox.ts';

type Env = { SANDBOX: DurableObjectNamespace<Sandbox> };

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export default {
  async fetch(request, env) {
    const found = findPage(request) ?? (await env.SANDBOX.getByName('sandbox').fetch(request));

    const response = new Response(found.body, found);
    response.headers.set('content-security-policy', CONTENT_SECURITY_POLICY);
    response.headers.set('x-content-type-options', 'nosniff');
    response.headers.set('x-frame-options', 'DENY');
    response.headers.set('referrer-policy', 'no-referrer');
    response.headers.set('cache-control', 'no-store');
    return response;
  },
} satisfies ExportedHandler<Env>;
