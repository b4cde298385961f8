import { DurableObject } from 'cloudflare:workers';
import { applySchema } from './store/schema.ts';

/**
 * The book of one property: the only writer of what can be sold there and to whom it is sold.
 * Always true here: a command is one synchronous transaction; `version` grows by one with each; what
 * leaves the book leaves through its outbox.
 */
export class PropertyBook extends DurableObject {
  constructor(state: DurableObjectState, env: Cloudflare.Env) {
    super(state, env);
    applySchema(state.storage);
  }

  /** Where this book stands, for whoever compares it with its projection. */
  head(): { epoch: number; version: number } {
    return this.ctx.storage.sql
      .exec<{ epoch: number; version: number }>('SELECT epoch, version FROM head')
      .one();
  }
}
