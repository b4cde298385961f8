import type { BatchItem } from 'drizzle-orm/batch';
import type { OutboxRow, Sink } from '../book/index.ts';
import { Fault } from '../kernel/errors.ts';
import { type Database, openDatabase } from './database.ts';
import { newTally } from './meter.ts';

/** What becomes in D1 of rows of one kind that follow each other; the room that has the table says it. */
export type Copies = Readonly<
  Record<string, (db: Database, bodies: readonly never[]) => readonly BatchItem<'sqlite'>[]>
>;

/**
 * Where a book's outbox goes: D1, in one batch. Every statement may run twice, and an older copy never
 * replaces a later one; of equal versions the one that comes replaces the one that is there, so that a
 * row which went wrong can be mended.
 */
export function createSink(binding: D1Database, copies: Copies): Sink {
  const db = openDatabase(binding, newTally());
  return {
    async send(rows) {
      try {
        const batch = inRuns(rows).flatMap(({ kind, bodies }) => {
          const copy = Object.hasOwn(copies, kind) ? copies[kind] : undefined;
          if (!copy) throw new Error(`Nobody takes ${kind} from a book`);
          return copy(db, bodies as never[]);
        });
        const [first, ...rest] = batch;
        if (first) await db.batch([first, ...rest]);
        return 'done';
      } catch (error) {
        return error instanceof Fault ? 'later' : 'never';
      }
    },
  };
}

function inRuns(rows: readonly OutboxRow[]): { kind: string; bodies: unknown[] }[] {
  const runs: { kind: string; bodies: unknown[] }[] = [];
  for (const { kind, body } of rows) {
    const last = runs.at(-1);
    if (last?.kind === kind) last.bodies.push(JSON.parse(body));
    else runs.push({ kind, bodies: [JSON.parse(body)] });
  }
  return runs;
}
