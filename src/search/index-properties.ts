import type { BookForSearch } from '../book/index.ts';
import type { Context } from '../context.ts';
import { z } from '../kernel/zod.ts';
import { callOf, describeForSearch } from '../properties/index.ts';
import { readExchange } from './rates/table.ts';
import { type GoneRow, type SoldRow, toContentColumns, toSaleColumns } from './to-row.ts';
import { writeLive, writeSold } from './write-index.ts';

const AT_ONCE = 6;
const Message = z.object({ kind: z.string().optional(), propertyId: z.string() });

/**
 * What is said of a place is asked for anew with every message about it, so that it matters neither how often
 * nor in which order they come: first its book, then, if it is not there yet or its description has changed,
 * the description. Null for each message that is done; one that was overtaken asks again.
 */
export async function indexProperties(ctx: Context, messages: readonly unknown[]): Promise<(Error | null)[]> {
  const parsed = messages.map((message) => Message.safeParse(message));
  const known = parsed.flatMap(({ data }) => data ?? []);
  const ids = [...new Set(known.map(({ propertyId }) => propertyId))];
  const [exchange, books] = await Promise.all([readExchange(ctx), askBooks(ctx, ids)]);

  const gone: GoneRow[] = [];
  const sold: SoldRow[] = [];
  for (const [id, book] of books) {
    if (book instanceof Error) continue;
    const { epoch, version, status, sale } = book;
    if (status !== 'published' || sale === null) gone.push({ id, epoch, version });
    else sold.push({ id, ...toSaleColumns(book, sale, exchange) });
  }
  const described = new Set(known.flatMap(({ kind, propertyId }) => (kind === 'content' ? propertyId : [])));
  const onlySold = sold.filter(({ id }) => !described.has(id));
  const missing = onlySold.length + gone.length > 0 ? await writeSold(ctx.searchDb, onlySold, gone) : [];
  const overtaken = await writeWhole(
    ctx,
    sold.filter(({ id }) => described.has(id) || missing.includes(id)),
  );
  return parsed.map(({ data, error }) => {
    if (!data) return error;
    if (overtaken.includes(data.propertyId)) return new Error('Something later was told of it meanwhile');
    const book = books.get(data.propertyId);
    return book instanceof Error ? book : null;
  });
}

async function writeWhole(ctx: Context, sold: readonly SoldRow[]): Promise<string[]> {
  if (sold.length === 0) return [];
  const { asOf, views } = await describeForSearch(
    ctx,
    sold.map(({ id }) => id),
  );
  const byId = new Map(views.map((view) => [view.id, toContentColumns(view, asOf)]));
  const rows = sold.flatMap((row) => {
    const content = byId.get(row.id);
    return content ? [{ ...row, ...content }] : [];
  });
  return writeLive(ctx.searchDb, rows);
}

/** One that does not answer holds up no other; one that was never opened has nothing to say. */
async function askBooks(ctx: Context, ids: readonly string[]) {
  const answers = new Map<string, BookForSearch | Error>();
  const waiting = [...ids];
  const call = callOf(ctx);
  const work = async () => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      try {
        const answer = await ctx.books.of(id).readForSearch(call);
        if (answer.ok) answers.set(id, answer.value);
      } catch (error) {
        answers.set(id, error as Error);
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return answers;
}
