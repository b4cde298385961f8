import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../../scripts/places.ts';
import { startWorld, type World } from '../world.ts';
import { blocksOf, readDocument, sectionOf } from './readme.ts';

/** The address that the README names; here the same thing runs at another one. */
const README_URL = 'http://localhost:8787';
const MARK = '--- the next block of the README ---';

const blocks = blocksOf(sectionOf(readDocument('README.md'), 'Five minutes with curl'));
const steps = blocks.flatMap(({ language, text, lead }, index) => {
  const title = [...lead.matchAll(/\*\*(.+?)\*\*/gs)].map(([, words]) => words).join(' ');
  return language === 'bash' ? [{ title, command: text, promise: blocks[index + 1] }] : [];
});

let world: World;
let outputs: string[];
let complaints: string;

/** One bash, as a reader has one: what a block sets, the next one uses. */
beforeAll(async () => {
  world = await startWorld();
  const script = steps.map(({ command }) => command).join(`echo '${MARK}'\n`);
  const { NODE_OPTIONS: _, ...env } = process.env;
  const bash = spawn('bash', ['-c', script.replaceAll(README_URL, world.url)], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  bash.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  complaints = '';
  bash.stderr.setEncoding('utf8').on('data', (text: string) => (complaints += text));
  await once(bash, 'close');
  outputs = output.replaceAll('\r', '').split(`${MARK}\n`);
});

afterAll(() => world?.stop());

test('the tour goes through, block after block, and nothing complains', () => {
  expect(steps.length).toBeGreaterThan(10);
  expect(outputs).toHaveLength(steps.length);
  expect(complaints).toBe('');
});

test.each(steps.map((step, number) => ({ ...step, number })))(
  'what stands below "$title" is what it prints',
  ({ number, promise }) => {
    expect(promise?.language).toBe('text');
    expect(outputs[number]).toMatch(toPattern(promise?.text ?? ''));
  },
);

/** `…` stands for something that differs each time, within its line. */
function toPattern(promise: string): RegExp {
  const escaped = promise.trimEnd().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('…', '[^\\n]+')}\\n$`);
}
