import { describe, expect, it } from 'vitest';
import { openSandbox } from './ground.ts';

const { call } = openSandbox();
const SCRIPTS = ['call', 'page', 'payments'].map((name) => `/sandbox/${name}.browser.js`);
const FILES = ['/sandbox', '/sandbox/', '/sandbox/page.css', '/sandbox/icon.svg', ...SCRIPTS];

describe('the page', () => {
  it.each(FILES)('%s is there, and nothing can frame it, sniff it or load into it', async (path) => {
    const { status, headers, text } = await call('GET', path);
    const policy = headers.get('content-security-policy') ?? '';

    expect(status).toBe(200);
    expect(text.length).toBeGreaterThan(100);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
  });

  it('has no inline script, style or handler, and loads from itself only', async () => {
    const { text } = await call('GET', '/sandbox');

    expect(text).not.toMatch(/<style|<script(?![^>]* src="\/sandbox\/)|\sstyle=|\son\w+=|javascript:/i);
    for (const [, address] of text.matchAll(/(?:src|href)="([^"]*)"/g))
      expect(address).toMatch(/^[/#](?!\/)/);
  });

  it.each(SCRIPTS)('%s writes what it is told as text only, and imports only what is here', async (path) => {
    const { text } = await call('GET', path);

    for (const [, module] of text.matchAll(/(?:from|import) *\(?['"](.+?)['"]/g)) {
      expect(SCRIPTS).toContain(new URL(String(module), 'http://here/sandbox/').pathname);
    }

    expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(/);
  });

  it('points to the documentation and the demo accounts', async () => {
    const { text } = await call('GET', '/sandbox');

    for (const expected of ['href="/docs"', 'guest@roost.test', 'host@roost.test', 'staff@roost.test']) {
      expect(text).toContain(expected);
    }
  });

  it.each(['/sandbox/nothing', '/sandbox/mail/1', '/sandbox/constructor', '/', '/sandbox/page.html'])(
    'there is no %s',
    async (path) => {
      const answer = await call('GET', path);
      expect(answer).toMatchObject({ status: 404, body: { status: 404, code: 'request.not_found' } });
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    },
  );

  it.each([
    ['PUT', '/sandbox/mail', 'GET, POST, DELETE'],
    ['GET', '/sandbox/turnstile/v0/siteverify', 'POST'],
    ['PATCH', '/sandbox/clock', 'GET, POST, DELETE'],
  ])('%s %s is refused with what is allowed', async (method, path, allow) => {
    const answer = await call(method, path);
    expect(answer).toMatchObject({ status: 405, body: { code: 'request.method_not_allowed' } });
    expect(answer.headers.get('allow')).toBe(allow);
  });
});
