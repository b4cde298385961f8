import call from './page/call.browser.js';
import icon from './page/icon.svg';
import script from './page/page.browser.js';
import styles from './page/page.css';
import document from './page/page.html';
import payments from './page/payments.browser.js';

const FILES: Record<string, { type: string; text: string }> = {
  '/sandbox': { type: 'text/html', text: document },
  '/sandbox/': { type: 'text/html', text: document },
  '/sandbox/page.css': { type: 'text/css', text: styles },
  '/sandbox/call.browser.js': { type: 'text/javascript', text: call },
  '/sandbox/page.browser.js': { type: 'text/javascript', text: script },
  '/sandbox/payments.browser.js': { type: 'text/javascript', text: payments },
  '/sandbox/icon.svg': { type: 'image/svg+xml', text: icon },
};

/** The page a person reads. What was mailed reaches it as JSON and is shown as text, never as markup. */
export function findPage(request: Request): Response | null {
  const { pathname } = new URL(request.url);
  const file = Object.hasOwn(FILES, pathname) ? FILES[pathname] : undefined;
  if (!file || (request.method !== 'GET' && request.method !== 'HEAD')) return null;

  return new Response(request.method === 'HEAD' ? null : file.text, {
    headers: { 'content-type': `${file.type}; charset=utf-8` },
  });
}
