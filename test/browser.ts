import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

/** Where this machine has a browser. Tests that need one are skipped where it has none, and say so. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);
export const NO_CHROMIUM = CHROMIUM ? '' : ' (skipped: no Chromium is installed here)';
const LAUNCH = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

export type Seen = { requests: string[]; complaints: string[] };

export async function withBrowser(visit: (page: Page, seen: Seen) => Promise<void>): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'roost-browser-'));
  let browser: BrowserContext | undefined;
  try {
    browser = await chromium.launchPersistentContext(profile, {
      ...(CHROMIUM ? { executablePath: CHROMIUM } : {}),
      args: LAUNCH,
    });
    const page = await browser.newPage();
    await visit(page, watch(page));
  } finally {
    await browser?.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Every request that leaves, and everything that the browser found wrong: the policy's violations are there too. */
function watch(page: Page): Seen {
  const seen: Seen = { requests: [], complaints: [] };
  page.on('request', (request) => seen.requests.push(`${request.method()} ${request.url()}`));
  page.on('requestfailed', (request) => seen.complaints.push(`${request.url()} failed`));
  page.on('pageerror', (error) => seen.complaints.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') seen.complaints.push(message.text());
  });
  return seen;
}
