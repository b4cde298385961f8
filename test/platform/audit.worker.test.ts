import { env } from 'cloudflare:workers';
import { describe, expect, test } from 'vitest';
import { createKeyring } from '../../src/kernel/crypto.ts';
import {
  type AuditRow,
  ORIGIN,
  type Seal,
  sealAudit,
  sealOf,
  verifyAudit,
  verifyChain,
} from '../../src/platform/audit.ts';
import { commit } from '../../src/platform/commit.ts';
import type { Database } from '../../src/platform/database.ts';
import { testContext } from '../worker/ground.ts';

const ROWS = 1_000;
const keyring = createKeyring(new Uint8Array(32).map((_, index) => index * 7));

function madeTrail(): { rows: AuditRow[]; seals: Seal[] } {
  let previous = ORIGIN.hash;
  const rows = Array.from(
    { length: ROWS },
    (_, index): AuditRow => ({
      seq: index + 1,
      id: `aud_${index}`,
      at: 1_000 + index,
      actorKind: 'session',
      actorId: `usr_${index % 7}`,
      action: 'test.done',
      subject: `thing_${index % 13}`,
      reason: index % 2 === 0 ? null : 'because',
      data: '{}',
      requestId: `req_${index}`,
    }),
  );
  const seals = rows.map((row) => {
    previous = sealOf(keyring, previous, row);
    return { seq: row.seq, hash: previous };
  });
  return { rows, seals };
}

describe('the sealed trail of a thousand rows', () => {
  const { rows, seals } = madeTrail();
  const check = (changed: AuditRow[], at: number) => {
    const start = at < 2 ? ORIGIN : (seals[at - 2] as Seal);
    return verifyChain(
      keyring,
      start,
      changed.filter(({ seq }) => seq > start.seq),
      seals.filter(({ seq }) => seq > start.seq),
    );
  };

  test('holds when nobody touched it', () => {
    expect(verifyChain(keyring, ORIGIN, rows, seals)).toEqual({ head: seals.at(-1) });
  });

  test('shows an edit of any field of any row', () => {
    const edits: ((row: AuditRow) => AuditRow)[] = [
      (row) => ({ ...row, id: `${row.id}x` }),
      (row) => ({ ...row, at: row.at + 1 }),
      (row) => ({ ...row, actorKind: 'system' }),
      (row) => ({ ...row, actorId: null }),
      (row) => ({ ...row, action: 'test.undone' }),
      (row) => ({ ...row, subject: 'another' }),
      (row) => ({ ...row, reason: row.reason === null ? '' : null }),
      (row) => ({ ...row, data: '{"a":1}' }),
      (row) => ({ ...row, requestId: 'another' }),
    ];
    for (const [index, row] of rows.entries()) {
      for (const edit of edits) {
        const verdict = verifyChain(
          keyring,
          index === 0 ? ORIGIN : (seals[index - 1] as Seal),
          [edit(row)],
          [seals[index] as Seal],
        );
        expect(verdict).toEqual({ broken: { seq: row.seq, problem: 'edited' } });
      }
    }
  });

  test('shows the removal of any row', () => {
    for (let seq = 1; seq <= ROWS; seq += 1) {
      const verdict = check(
        rows.filter((row) => row.seq !== seq),
        seq,
      );
      expect(verdict).toEqual({ broken: { seq, problem: 'missing' } });
    }
  });

  test('shows a row that was slipped in unsealed', () => {
    const intruder = { ...(rows[0] as AuditRow), seq: 500.5, id: 'aud_x' };
    const changed = [...rows.slice(0, 500), intruder, ...rows.slice(500)];
    expect(verifyChain(keyring, ORIGIN, changed, seals)).toEqual({
      broken: { seq: 500.5, problem: 'unsealed' },
    });
  });

  test('shows a row that was given another number together with its seal', () => {
    const moved = rows.map((row) => (row.seq === ROWS ? { ...row, seq: ROWS + 1 } : row));
    const resealed = seals.map((seal) => (seal.seq === ROWS ? { ...seal, seq: ROWS + 1 } : seal));
    expect(verifyChain(keyring, ORIGIN, moved, resealed)).toEqual({
      broken: { seq: ROWS + 1, problem: 'edited' },
    });
  });

  test('shows two neighbours that changed places, wherever they stand', () => {
    for (let index = 0; index + 1 < ROWS; index += 1) {
      const [left, right] = [rows[index] as AuditRow, rows[index + 1] as AuditRow];
      const swapped = [...rows];
      swapped[index] = { ...right, seq: left.seq };
      swapped[index + 1] = { ...left, seq: right.seq };
      expect(check(swapped, left.seq)).toEqual({ broken: { seq: left.seq, problem: 'edited' } });
    }
  });
});

describe('the trail in D1', () => {
  const act = (subject: string) =>
    commit(testContext(), { writes: () => [], audit: [{ action: 'test.done', subject }], result: undefined });
  const sweep = () => {
    const ctx = testContext();
    return sealAudit(ctx.db as Database, ctx.keyring, env.ARCHIVE);
  };
  const verify = () => {
    const ctx = testContext();
    return verifyAudit(ctx.db, ctx.keyring, env.ARCHIVE);
  };

  test('is sealed by a sweep, once, also when two sweeps meet', async () => {
    for (const subject of ['a', 'b', 'c', 'd']) await act(subject);
    const counts = await Promise.all([sweep(), sweep()]);
    expect(counts.toSorted()).toEqual([0, 4]);
    await act('e');
    expect(await sweep()).toBe(1);
    expect(await sweep()).toBe(0);
    expect(await verify()).toBeNull();
  });

  test('shows what was changed behind its back', async () => {
    await env.DB.prepare("UPDATE audit SET subject = 'x' WHERE seq = 2").run();
    expect(await verify()).toEqual({ seq: 2, problem: 'edited' });
    await env.DB.prepare("UPDATE audit SET subject = 'b' WHERE seq = 2").run();
    expect(await verify()).toBeNull();
  });

  test('shows that its end was cut off, seals and all', async () => {
    const cut = await env.DB.prepare('SELECT * FROM audit WHERE seq = 5').first<Record<string, unknown>>();
    await env.DB.batch([
      env.DB.prepare('DELETE FROM audit WHERE seq = 5'),
      env.DB.prepare('DELETE FROM audit_seal WHERE seq = 5'),
    ]);
    expect(cut).not.toBeNull();
    expect(await verify()).toEqual({ seq: 5, problem: 'cut' });
  });

  test('cannot be sealed anew by somebody without the key', async () => {
    const stranger = createKeyring(new Uint8Array(32).fill(9));
    const ctx = testContext();
    await act('f');
    await sealAudit(ctx.db as Database, stranger, env.ARCHIVE);
    expect(await verify()).toMatchObject({ problem: 'edited' });
  });
});
