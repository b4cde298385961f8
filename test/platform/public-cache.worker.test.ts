import { env } from 'cloudflare:workers';
import { expect, test, vi } from 'vitest';
import { SECOND } from '../../src/kernel/clock.ts';
import { z } from '../../src/kernel/zod.ts';
import { forgetPublic, keepPublic, publicText, readPublic } from '../../src/platform/public-cache.ts';
import { testClock, testContext } from '../worker/ground.ts';

const Address = z.object({ city: z.string() });
const Page = z.object({
  name: z.string(),
  address: Address,
  rooms: z.array(z.object({ beds: z.int() })),
  note: z.string().optional(),
});
const page = { name: 'Acacia House', address: { city: 'Nairobi' }, rooms: [{ beds: 2 }] };
const text = publicText(Page, page);

let count = 0;
/** A page that was kept, and the moment at which it was. */
async function kept(tag?: string) {
  const clock = testClock();
  const ctx = testContext({ clock });
  const key = `test/${(count += 1)}`;
  const answer = keepPublic(ctx, key, text, tag);
  await ctx.settle();
  return { clock, key, answer };
}

test('what was kept is read back as the same bytes with the same tag, for one read of KV', async () => {
  const { clock, key, answer } = await kept();
  const ctx = testContext({ clock });
  expect(await readPublic(ctx, key)).toEqual(answer);
  expect(answer.body).toBe(JSON.stringify(page));
  expect(ctx.tally).toMatchObject({ kvReads: 1, kvWrites: 0, d1Trips: 0 });

  const own = await kept('v7');
  expect(await readPublic(testContext({ clock: own.clock }), own.key)).toMatchObject({ tag: 'v7' });
});

test('a page counts for fifty seconds from when it was written, and not a moment longer', async () => {
  const { clock, key, answer } = await kept();
  const ctx = testContext({ clock });
  clock.advance(50 * SECOND);
  expect(await readPublic(ctx, key)).toEqual(answer);
  clock.advance(1);
  expect(await readPublic(ctx, key)).toBeNull();
  clock.advance(-60 * SECOND);
  expect(await readPublic(ctx, key)).toBeNull();
});

test('a page that was forgotten is not there any more', async () => {
  const { clock, key } = await kept();
  const ctx = testContext({ clock });
  forgetPublic(ctx, key);
  await ctx.settle();
  expect(await env.KV.get(key)).toBeNull();
  expect(await readPublic(testContext({ clock }), 'test/never-kept')).toBeNull();
});

test('KV that fails is KV that has nothing, and nobody is told', async () => {
  const failures = [
    () => Promise.reject(new Error('down')),
    () => {
      throw new Error('down');
    },
  ];
  for (const fail of failures) {
    const ctx = testContext({ bindings: { KV: { get: fail, put: fail, delete: fail } as never } });
    expect(await readPublic(ctx, 'test/any')).toBeNull();
    expect(keepPublic(ctx, 'test/any', text).body).toBe(text);
    forgetPublic(ctx, 'test/any');
    await ctx.settle();
  }
});

test('KV that dawdles is waited for half a second', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const ctx = testContext({ bindings: { KV: { get: () => new Promise(() => {}) } as never } });
    let answer: unknown = 'none yet';
    const read = readPublic(ctx, 'test/slow').then((page) => (answer = page));
    await vi.advanceTimersByTimeAsync(499);
    expect(answer).toBe('none yet');
    await vi.advanceTimersByTimeAsync(1);
    expect(await read).toBeNull();
  } finally {
    vi.useRealTimers();
  }
});

test('an entry that is not one of ours counts for nothing', async () => {
  const ctx = testContext();
  for (const [index, entry] of ['', '{}', `${ctx.clock.now()} tag\n`, `soon tag\n${text}`].entries()) {
    await env.KV.put(`test/foreign-${index}`, entry);
    expect(await readPublic(ctx, `test/foreign-${index}`), entry).toBeNull();
  }
});

test('a field that the schema does not name never gets into a public page, at any depth', () => {
  const leaks: object[] = [
    { ...page, accessInstructions: 'The key is under the mat' },
    { ...page, address: { ...page.address, line1: 'Riverside Drive 4' } },
    { ...page, rooms: [{ beds: 2, code: '4711' }] },
  ];
  for (const leak of leaks) {
    expect(() => publicText(Page, leak as typeof page)).toThrow('no more');
    expect(() => publicText(z.strictObject(Page.shape), leak as typeof page)).toThrow();
  }
  expect(publicText(Page, { ...page, note: 'Quiet' })).toContain('Quiet');
});

test('a schema with room for anything is not one of a public page', () => {
  const open = [
    z.looseObject(Page.shape),
    Page.extend({ address: z.looseObject(Address.shape) }),
    Page.extend({ rooms: z.array(z.unknown()) }),
    Page.extend({ extra: z.any().optional() }),
    Page.catchall(z.string()),
    Page.extend({ extra: z.unknown().nullable().default(null) }),
    Page.extend({ extra: z.record(z.string(), z.any()) }),
    Page.extend({ extra: z.unknown().pipe(z.unknown()) }),
    z.union([Page, z.custom<typeof page>(() => true)]),
    Page.transform((value) => ({ ...value, accessInstructions: 'under the mat' })),
  ];
  for (const schema of open) expect(() => publicText(schema as typeof Page, page)).toThrow('a public shape');
});

test('only what went through a schema can be kept', () => {
  const ctx = testContext();
  // @ts-expect-error a string of anybody's is no public text
  expect(() => keepPublic(ctx, 'test/typed', JSON.stringify(page))).not.toThrow();
});
