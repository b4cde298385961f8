import { and, asc, gt, lte, sql } from 'drizzle-orm';
import type { Keyring } from '../kernel/crypto.ts';
import type { Database, Reader } from './database.ts';
import { brokenConstraint } from './meter.ts';
import { audit, auditSeal } from './tables.ts';

/**
 * The audit trail is sealed after the fact: each link is a keyed hash over the row and the link before it,
 * so whoever can write to D1 can still not change, remove or swap a sealed row unseen. The head of every
 * sweep is kept outside D1, under a name that is never written again, so that the end cannot be cut off.
 */
export type AuditRow = typeof audit.$inferSelect;
export type Seal = typeof auditSeal.$inferSelect;

export const ORIGIN: Seal = { seq: 0, hash: 'roost' };
const SWEEP_LIMIT = 500;
const PAGE = 1_000;
const ANCHORS = 'audit-anchors/';

export function sealOf(keyring: Keyring, previous: string, row: AuditRow): string {
  const { seq, id, at, actorKind, actorId, action, subject, reason, data, requestId } = row;
  const content = [id, at, actorKind, actorId, action, subject, reason, data, requestId];
  return keyring.mac('audit-chain', previous, seq, JSON.stringify(content));
}

/** Seals what is new. A second sweep at the same moment loses on the primary key and leaves no trace. */
export async function sealAudit(db: Database, keyring: Keyring, archive: R2Bucket): Promise<number> {
  const head = await db
    .select({ seq: auditSeal.seq, hash: auditSeal.hash })
    .from(auditSeal)
    .orderBy(sql`${auditSeal.seq} DESC`)
    .limit(1);
  const rows = await db
    .select()
    .from(audit)
    .where(gt(audit.seq, head[0]?.seq ?? 0))
    .orderBy(asc(audit.seq))
    .limit(SWEEP_LIMIT);
  if (rows.length === 0) return 0;

  let previous = (head[0] ?? ORIGIN).hash;
  const seals: Seal[] = rows.map((row) => {
    previous = sealOf(keyring, previous, row);
    return { seq: row.seq, hash: previous };
  });
  try {
    const links = sql`SELECT value ->> 'seq', value ->> 'hash' FROM json_each(${JSON.stringify(seals)})`;
    await db.run(sql`INSERT INTO audit_seal (seq, hash) ${links}`);
  } catch (error) {
    if (brokenConstraint(error) !== null) return 0;
    throw error;
  }
  await archive.put(anchorName(seals.at(-1) as Seal), '');
  return rows.length;
}

export type Break = { readonly seq: number; readonly problem: 'edited' | 'missing' | 'unsealed' | 'cut' };

/** Pure: walks rows and seals side by side from `start` and stops at the first link that does not hold. */
export function verifyChain(
  keyring: Keyring,
  start: Seal,
  rows: readonly AuditRow[],
  seals: readonly Seal[],
): { head: Seal } | { broken: Break } {
  let head = start;
  for (const [index, seal] of seals.entries()) {
    const row = rows[index];
    if (!row || row.seq > seal.seq) return { broken: { seq: seal.seq, problem: 'missing' } };
    if (row.seq < seal.seq) return { broken: { seq: row.seq, problem: 'unsealed' } };
    if (sealOf(keyring, head.hash, row) !== seal.hash)
      return { broken: { seq: seal.seq, problem: 'edited' } };
    head = seal;
  }
  const extra = rows[seals.length];
  return extra ? { broken: { seq: extra.seq, problem: 'unsealed' } } : { head };
}

/** Null when every sealed row stands as it was written and none is gone from the end. */
export async function verifyAudit(db: Reader, keyring: Keyring, archive: R2Bucket): Promise<Break | null> {
  const anchors = await readAnchors(archive);
  let head = ORIGIN;
  for (;;) {
    const seals = await db
      .select()
      .from(auditSeal)
      .where(gt(auditSeal.seq, head.seq))
      .orderBy(asc(auditSeal.seq))
      .limit(PAGE);
    const last = seals.at(-1);
    if (!last) break;
    const between = and(gt(audit.seq, head.seq), lte(audit.seq, last.seq));
    const rows = await db.select().from(audit).where(between).orderBy(asc(audit.seq));
    const result = verifyChain(keyring, head, rows, seals);
    if ('broken' in result) return result.broken;
    for (const seal of seals) {
      const anchored = anchors.get(seal.seq);
      if (anchored !== undefined && anchored !== seal.hash) return { seq: seal.seq, problem: 'edited' };
      anchors.delete(seal.seq);
    }
    head = result.head;
  }
  const [lost] = anchors.keys();
  return lost === undefined ? null : { seq: lost, problem: 'cut' };
}

/** An anchor is all in its name, so that listing is reading. */
async function readAnchors(archive: R2Bucket): Promise<Map<number, string>> {
  const anchors = new Map<number, string>();
  let cursor: string | undefined;
  do {
    const page = await archive.list({ prefix: ANCHORS, ...(cursor === undefined ? {} : { cursor }) });
    for (const { key } of page.objects) {
      const [seq, hash] = key.slice(ANCHORS.length).split('.');
      anchors.set(Number(seq), hash ?? '');
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return anchors;
}

const anchorName = ({ seq, hash }: Seal) => `${ANCHORS}${String(seq).padStart(15, '0')}.${hash}`;
