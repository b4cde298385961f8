import { HOUR, MINUTE } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import type { Night } from '../kernel/stay.ts';
import { nightAt } from '../kernel/zone.ts';
import type { ForeignAnswer } from '../platform/foreign.ts';
import type { Outgoing } from '../platform/outbox.ts';

export const MAX_FEEDS = 20;
export const SYNC_EVERY_MS = 30 * MINUTE;
/** However often somebody asks, another platform is not visited more than once in this time. */
export const SYNC_AT_MOST_EVERY_MS = MINUTE;
export const MAX_WAIT_MS = 24 * HOUR;

/** How long after the latest of so many failures in a row the next visit is. */
export const waitAfter = (failures: number): number =>
  Math.min(SYNC_EVERY_MS * 2 ** Math.min(failures - 1, 10), MAX_WAIT_MS);

export function problemOf(answer: Extract<ForeignAnswer, { ok: false }>): string {
  return answer.reason === 'status' ? `feeds.status_${answer.status}` : `feeds.${answer.reason}`;
}

/**
 * Whether the other side may answer that nothing has changed. Once on each of the property's days the file
 * is read anew: with the day, nights come into view that a repeating event takes.
 */
export const mayBeUnchanged = (syncedAt: number | null, today: Night, zone: string): boolean =>
  syncedAt !== null && nightAt(syncedAt, zone).night === today;

type Named = { readonly propertyId: string; readonly feedId: string };

export const visitOf = ({ propertyId, feedId }: Named, now: number): Outgoing => ({
  queue: 'jobs',
  message: { id: newId('out', now), kind: 'visit_feed', propertyId, feedId },
});

export const dropOf = ({ propertyId, feedId }: Named, now: number): Outgoing => ({
  queue: 'jobs',
  message: { id: newId('out', now), kind: 'drop_feed', propertyId, feedId },
});
