import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildAssets } from '../../scripts/build.ts';
import { ROOT } from '../../scripts/places.ts';
import { CHROMIUM, NO_CHROMIUM, withBrowser } from '../browser.ts';
import { startWorld, type World } from '../world.ts';

const contract = readFileSync(join(ROOT, 'openapi.json'), 'utf8');
const { paths, tags } = JSON.parse(contract) as {
  paths: Record<string, Record<string, { tags: string[] }>>;
  tags: { name: string }[];
};
const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, { tags }]) => ({ name: `${method} ${path}`, tag: tags[0] })),
);

const SLOWEST_MS = 180_000;
const POLL = { timeout: 60_000, interval: 200 };

let world: World;
beforeAll(async () => {
  await buildAssets();
  world = await startWorld();
});
afterAll(() => world?.stop());

test('the contract is served as it is committed, once to a client that keeps it', async () => {
  const first = await fetch(`${world.url}/openapi.json`);
  expect(first.status).toBe(200);
  expect(first.headers.get('content-type')).toBe('application/json');
  expect(first.headers.get('cache-control')).toBe('public, max-age=0, must-revalidate');
  expect(first.headers.get('content-security-policy')).toContain("default-src 'none'");
  expect(first.headers.get('x-content-type-options')).toBe('nosniff');
  expect(await first.text()).toBe(contract);

  const tag = first.headers.get('etag') ?? '';
  expect(tag).not.toBe('');
  const second = await fetch(`${world.url}/openapi.json`, { headers: { 'if-none-match': tag } });
  expect(second.status).toBe(304);
  expect(second.headers.get('etag')).toBe(tag);
  expect(second.headers.get('strict-transport-security')).toContain('max-age=');
  expect(await second.text()).toBe('');
});

test('a page that is not there is a problem like any other', async () => {
  const response = await fetch(`${world.url}/docs/nothing.js`);
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ code: 'request.not_found' });
});

test('the type of a problem leads to its place on the page of problems', async () => {
  const problem = (await (await fetch(`${world.url}/v1/me`)).json()) as { type: string };
  const [path, place] = problem.type.split('#');
  expect(path).toBe('/problems');

  const page = await (await fetch(`${world.url}${path}`)).text();
  const codes = (JSON.parse(contract)['x-problems'] as { code: string }[]).map(({ code }) => code);
  expect(codes).toContain(place);
  for (const code of codes) expect(page.split(`id="${code}"`), code).toHaveLength(2);
});

test.skipIf(CHROMIUM === undefined)(
  `the API reference works in a browser that reaches nothing but this server${NO_CHROMIUM}`,
  async () => {
    await withBrowser(async (page, seen) => {
      await page.goto(`${world.url}/docs#tag/service`);
      await page.getByRole('button', { name: 'Test Request (get /healthz)', exact: true }).click();
      const client = page.getByRole('dialog');
      await client.getByRole('button', { name: 'Send get request' }).click();
      await client.getByText('200 OK').waitFor();
      await client.getByText('"status": "ok"').waitFor();

      // As tall as the longest tag: what is out of sight is not made.
      await page.setViewportSize({ width: 1_280, height: 40_000 });
      await page.goto(`${world.url}/docs`);
      // What a button is called to those who can't see it takes a browser longer to find out than to draw the page.
      const shown = async () => {
        const labels = await page.locator('button').allTextContents();
        return labels.flatMap((label) => /^\s*Test Request\s*\((.+)\)/.exec(label)?.[1] ?? []);
      };
      for (const tag of tags) {
        await page.goto(`${world.url}/docs#tag/${tag.name}`);
        const wanted = operations.filter((one) => one.tag === tag.name).map(({ name }) => name);
        await expect.poll(shown, POLL).toEqual(expect.arrayContaining(wanted));
      }

      expect(seen.requests).toContain(`GET ${world.url}/healthz`);
      expect(seen.requests.filter((request) => !request.includes(` ${world.url}/`))).toEqual([]);
      expect(seen.complaints).toEqual([]);
    });
  },
  SLOWEST_MS,
);

test.skipIf(CHROMIUM === undefined)(
  `the page of problems shows the place that a problem leads to${NO_CHROMIUM}`,
  async () => {
    await withBrowser(async (page, seen) => {
      await page.goto(`${world.url}/problems#auth.required`);
      await page.locator(':target', { hasText: 'Please log in' }).waitFor();
      expect(seen.requests.filter((request) => !request.includes(` ${world.url}/`))).toEqual([]);
      expect(seen.complaints).toEqual([]);
    });
  },
);
