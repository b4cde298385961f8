import { MINUTE, SECOND } from '../../kernel/clock.ts';
import type { OutboxRow } from '../store/reader.ts';

/**
 * Where what leaves a book goes. A send is whole or not at all, may be repeated without effect, and does
 * not throw: `later` when something outside failed and it may have arrived or not, `never` when these
 * rows can't be taken.
 */
export type Sink = { send(rows: readonly OutboxRow[]): Promise<'done' | 'later' | 'never'> };

/** What the drain does to the outbox; each is a transaction of its own. */
export type Outbox = {
  due(limit: number): readonly OutboxRow[];
  settle(rows: readonly OutboxRow[]): void;
  postpone(rows: readonly OutboxRow[], waitMs: number): void;
  park(row: OutboxRow): void;
};

const BATCH = 40;
const FIRST_WAIT_MS = 2 * SECOND;
const MAX_WAIT_MS = 5 * MINUTE;

/** Sends what is due in order, and forgets a row only after it was taken. */
export async function drain(outbox: Outbox, sink: Sink, random: () => number): Promise<void> {
  for (let rows = outbox.due(BATCH); rows.length > 0; rows = outbox.due(BATCH)) {
    const outcome = await sink.send(rows);
    if (outcome === 'done') outbox.settle(rows);
    else if (outcome === 'later') return outbox.postpone(rows, waitAfter(rows, random));
    else if (!(await sendOneByOne(outbox, sink, rows, random))) return;
  }
}

/** One row that can't be taken holds up no other. */
async function sendOneByOne(
  outbox: Outbox,
  sink: Sink,
  rows: readonly OutboxRow[],
  random: () => number,
): Promise<boolean> {
  for (const [index, row] of rows.entries()) {
    const outcome = await sink.send([row]);
    if (outcome === 'done') outbox.settle([row]);
    else if (outcome === 'never') outbox.park(row);
    else {
      const left = rows.slice(index);
      outbox.postpone(left, waitAfter(left, random));
      return false;
    }
  }
  return true;
}

/** Twice as long after each attempt, and up to half as much again, so that books don't return as a crowd. */
export function waitAfter(rows: readonly OutboxRow[], random: () => number): number {
  const attempts = Math.min(...rows.map((row) => row.attempts));
  return Math.round(Math.min(FIRST_WAIT_MS * 2 ** attempts, MAX_WAIT_MS) * (1 + random() / 2));
}
