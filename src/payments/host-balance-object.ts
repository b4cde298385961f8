import { DurableObject } from 'cloudflare:workers';
import { BALANCE_SCHEMA, draw, refuseDrawing } from './payouts/draw.ts';
import type { Drawing, Drawn, HostBalanceStub } from './payouts/host-balance.ts';

/**
 * What is settled with one host and neither sent nor paid back, in each currency. Always true here: a balance is
 * the sum of what was settled less the sum of what was sent; a key is drawn once, whoever asks again, and of the
 * attempts at one payout no two are drawn at a time.
 */
export class HostBalance extends DurableObject implements HostBalanceStub {
  #hasTables = false;

  get #sql(): SqlStorage {
    const { sql } = this.ctx.storage;
    if (!this.#hasTables) sql.exec(BALANCE_SCHEMA);
    this.#hasTables = true;
    return sql;
  }

  async draw(drawing: Drawing): Promise<Drawn | null> {
    const sql = this.#sql;
    return this.ctx.storage.transactionSync(() => draw(sql, drawing));
  }

  async refuse(key: string): Promise<void> {
    const sql = this.#sql;
    this.ctx.storage.transactionSync(() => refuseDrawing(sql, key));
  }

  /** Whether objects of this kind can be had. */
  ping(): true {
    return true;
  }
}
