import { newId } from '../kernel/ids.ts';
import type { AuditNote, Call, EventNote, Outcome } from './command.ts';
import { takeSnapshot } from './outbox/snapshot.ts';
import type { Transactor } from './store/transactor.ts';

/** What a book's audit row carries to D1's trail. */
export type BookAudit = {
  readonly id: string;
  readonly at: number;
  readonly actorKind: string;
  readonly actorId: string | null;
  readonly action: string;
  readonly subject: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly requestId: string;
};

/** Ends a command that changed something: a version, the copy for D1 as of it, a line in the trail. */
export function commit<T>(
  tx: Transactor,
  call: Call,
  { audit, event, value }: { audit: AuditNote | null; event?: EventNote; value: T },
): Outcome<T> {
  const { version } = tx.grow();
  if (event) {
    const { type, data, previous } = event;
    tx.append({ type, at: call.now, actorKind: call.actorKind, actorId: call.accountId, data, previous });
  }
  const snapshot = takeSnapshot(tx);
  if (snapshot !== null) tx.post('projection', snapshot.propertyId, snapshot, call.now);
  if (audit !== null && snapshot !== null) {
    const entry: BookAudit = {
      id: newId('aud', call.now),
      at: call.now,
      actorKind: call.actorKind,
      actorId: call.accountId,
      action: audit.action,
      subject: snapshot.propertyId,
      data: audit.data ?? {},
      requestId: call.requestId,
    };
    tx.post('audit', entry.id, entry, call.now);
  }
  return { ok: true, value, version, changed: true };
}

/** For a command that found everything as it was asked to be, and for one that only read. */
export const unchanged = <T>(reader: { head(): { version: number } }, value: T): Outcome<T> => ({
  ok: true,
  value,
  version: reader.head().version,
  changed: false,
});
