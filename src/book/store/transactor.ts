import type { Night } from '../../kernel/stay.ts';
import type { ImportedBlock, NightOverride } from '../facts.ts';
import { type Documents, type Head, Reader } from './reader.ts';

/** A reader that may write. One is made for each command, inside its transaction. */
export class Transactor extends Reader {
  /** Every command that changes something takes exactly one version. */
  grow(): Head {
    this.sql.exec('UPDATE head SET version = version + 1');
    return this.head();
  }

  /** Begins a new life of the book, of which every version is later than all of the lives before. */
  outlive(epoch: number): void {
    this.sql.exec('UPDATE head SET epoch = ?', epoch + 1);
  }

  touchCalendar(nowMs: number): void {
    this.sql.exec('UPDATE head SET calendar_version = calendar_version + 1, calendar_changed_at = ?', nowMs);
  }

  write<Name extends keyof Documents>(name: Name, value: Documents[Name]): number {
    const row = this.one<{ version: number }>(
      `INSERT INTO document (name, version, value) VALUES (?, 1, ?)
       ON CONFLICT (name) DO UPDATE SET version = version + 1, value = excluded.value RETURNING version`,
      name,
      JSON.stringify(value),
    );
    return row?.version ?? 0;
  }

  /** A night of which nothing is left to say leaves no row. */
  override(night: Night, value: NightOverride): void {
    if (Object.keys(value).length === 0) {
      this.sql.exec('DELETE FROM night_override WHERE night = ?', night);
      return;
    }
    this.sql.exec(
      `INSERT INTO night_override (night, value) VALUES (?, ?)
       ON CONFLICT (night) DO UPDATE SET value = excluded.value`,
      night,
      JSON.stringify(value),
    );
  }

  replaceBlocks(feedId: string, blocks: readonly ImportedBlock[]): void {
    this.sql.exec('DELETE FROM import_block WHERE feed_id = ?', feedId);
    this.sql.exec(
      `INSERT INTO import_block (feed_id, from_night, to_night, uid)
       SELECT ?, value ->> 'from', value ->> 'to', value ->> 'uid' FROM json_each(?)`,
      feedId,
      JSON.stringify(blocks),
    );
  }

  /** What is to leave the book; of one kind and subject only the newest is still wanted. */
  post(kind: string, subject: string, body: unknown, nowMs: number): void {
    this.sql.exec(
      `INSERT OR REPLACE INTO outbox (kind, subject, body, next_attempt_at) VALUES (?, ?, ?, ?)`,
      kind,
      subject,
      JSON.stringify(body),
      nowMs,
    );
  }

  settle(seqs: readonly number[]): void {
    this.sql.exec('DELETE FROM outbox WHERE seq IN (SELECT value FROM json_each(?))', JSON.stringify(seqs));
  }

  postpone(seqs: readonly number[], untilMs: number): void {
    this.sql.exec(
      `UPDATE outbox SET attempts = attempts + 1, next_attempt_at = ?
       WHERE seq IN (SELECT value FROM json_each(?))`,
      untilMs,
      JSON.stringify(seqs),
    );
  }

  park(seq: number): void {
    this.sql.exec('UPDATE outbox SET parked = 1, attempts = attempts + 1 WHERE seq = ?', seq);
  }
}
