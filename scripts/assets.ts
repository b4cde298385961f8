// npm run assets: fills dist/public with what the Worker serves as files. Nothing in it comes from elsewhere.
import { globSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { COMMON_PASSWORDS_FILE } from '../src/accounts/common-passwords.ts';
import { TIME_ZONES_FILE } from '../src/properties/time-zones.ts';
import { commonPasswordsText } from './common-passwords.ts';
import type { OpenApiDocument } from './openapi.ts';
import { ASSETS, ROOT } from './places.ts';
import { problemsPage } from './problems-page.ts';
import { timeZonesText } from './time-zones.ts';

const PAGES = join(import.meta.dirname, 'pages');
const REFERENCE = join(ROOT, 'node_modules/@scalar/api-reference/dist/browser/standalone.js');

const contract = readFileSync(join(ROOT, 'openapi.json'));
const files = new Map<string, Buffer>([
  ['openapi.json', contract],
  ['problems.html', Buffer.from(problemsPage(JSON.parse(contract.toString()) as OpenApiDocument))],
  ['docs.html', readFileSync(join(PAGES, 'docs.html'))],
  ['docs/start.js', readFileSync(join(PAGES, 'start.browser.js'))],
  ['docs/reference.js', readFileSync(REFERENCE)],
  ['docs/page.css', readFileSync(join(PAGES, 'page.css'))],
  ['docs/icon.svg', readFileSync(join(PAGES, 'icon.svg'))],
  // For the Worker alone: no address leads to them.
  [COMMON_PASSWORDS_FILE, Buffer.from(commonPasswordsText())],
  [TIME_ZONES_FILE, Buffer.from(timeZonesText())],
]);

// Several processes can do this at once, and one that serves the files never sees half of one.
mkdirSync(ASSETS, { recursive: true });
const workshop = mkdtempSync(`${ASSETS}-`);
for (const [path, content] of files) {
  const target = join(ASSETS, path);
  if (isSame(target, content)) continue;
  const temporary = join(workshop, path.replaceAll('/', '-'));
  writeFileSync(temporary, content);
  mkdirSync(dirname(target), { recursive: true });
  renameSync(temporary, target);
}
rmSync(workshop, { recursive: true });

for (const entry of globSync('**/*', { cwd: ASSETS, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !files.has(relative(ASSETS, path))) rmSync(path, { force: true });
}

function isSame(path: string, content: Buffer): boolean {
  try {
    return readFileSync(path).equals(content);
  } catch {
    return false;
  }
}
