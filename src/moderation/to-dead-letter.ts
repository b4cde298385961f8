import { toInstant } from '../kernel/clock.ts';
import type { z } from '../kernel/zod.ts';
import type { deadLetter } from '../platform/tables.ts';
import type { DeadLetter } from './schemas.ts';

/** What a message carries may be personal: its name and kind say enough. */
export function toDeadLetter(row: typeof deadLetter.$inferSelect): z.infer<typeof DeadLetter> {
  const { kind, id: subject } = JSON.parse(row.body) as Readonly<Record<string, unknown>>;
  const { id, queue, at } = row;
  return { id, queue, kind: textOrNull(kind), subject: textOrNull(subject), at: toInstant(at) };
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
