import type Stripe from 'stripe';
import type { Clock } from '../clock.ts';
import type { Store } from '../store.ts';
import { missing, missingParam } from './errors.ts';
import type { Listing } from './params.ts';

const DEFAULT_LIMIT = 10;
const ID_LENGTH = 24;
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

export type Kinds = {
  payment_intent: Stripe.PaymentIntent;
  charge: Stripe.Charge;
  refund: Stripe.Refund;
  dispute: Stripe.Dispute;
  account: Stripe.Account;
  transfer: Stripe.Transfer;
  transfer_reversal: Stripe.TransferReversal;
  event: Stripe.Event;
};
export type Kind = keyof Kinds;

/** What Stripe calls the missing one in its errors. */
const NAMES: Record<Kind, string> = {
  payment_intent: 'payment_intent',
  charge: 'charge',
  refund: 'refund',
  dispute: 'dispute',
  account: 'account',
  transfer: 'transfer',
  transfer_reversal: 'transfer reversal',
  event: 'event',
};

type Row = { seq: number; data: string };
export type Objects = ReturnType<typeof createObjects>;

/** Everything that Stripe knows, each thing whole, in the order of its making. */
export function createObjects({ sql }: Store, clock: Clock) {
  const rowOf = (id: string) =>
    sql.exec<Row & { kind: Kind }>('SELECT seq, kind, data FROM stripe_object WHERE id = ?', id).toArray()[0];
  const find = <K extends Kind>(kind: K, id: string): Kinds[K] | null => {
    const row = rowOf(id);
    return row?.kind === kind ? (JSON.parse(row.data) as Kinds[K]) : null;
  };

  return {
    find,
    seconds: () => Math.floor(clock.now() / 1000),

    any(id: string): Kinds[Kind] | null {
      const row = rowOf(id);
      return row ? (JSON.parse(row.data) as Kinds[Kind]) : null;
    },

    get<K extends Kind>(kind: K, id: string, param: string = kind): Kinds[K] {
      const found = find(kind, id);
      if (!found) throw missing(NAMES[kind], id, param);
      return found;
    },

    named<K extends Kind>(kind: K, id: string, param: string = kind): Kinds[K] {
      const found = find(kind, id);
      if (!found) throw missingParam(NAMES[kind], id, param);
      return found;
    },

    insert<K extends Kind>(kind: K, made: Kinds[K]): Kinds[K] {
      sql.exec(
        'INSERT INTO stripe_object (id, kind, created, data) VALUES (?, ?, ?, ?)',
        ...[made.id, kind, Math.floor(clock.now() / 1000), JSON.stringify(made)],
      );
      return made;
    },

    update<K extends Kind>(kind: K, changed: Kinds[K]): Kinds[K] {
      sql.exec(
        'UPDATE stripe_object SET data = ? WHERE id = ? AND kind = ?',
        JSON.stringify(changed),
        changed.id,
        kind,
      );
      return changed;
    },

    /** All whose field has this value, the newest first. */
    where<K extends Kind>(kind: K, field: string, value: string): Kinds[K][] {
      return sql
        .exec<Row>(
          `SELECT seq, data FROM stripe_object WHERE kind = ? AND data ->> '$.${field}' = ? ORDER BY seq DESC`,
          ...[kind, value],
        )
        .toArray()
        .map(({ data }) => JSON.parse(data) as Kinds[K]);
    },

    /** The newest first; only those whose fields have these values. */
    page<K extends Kind>(
      kind: K,
      url: string,
      listing: Listing,
      fields: Record<string, string | undefined> = {},
    ) {
      const cursor = listing.starting_after ?? listing.ending_before;
      const from = cursor === undefined ? null : rowOf(cursor);
      if (cursor !== undefined && from?.kind !== kind) {
        throw missingParam(NAMES[kind], cursor, listing.starting_after ? 'starting_after' : 'ending_before');
      }
      const isBackwards = listing.starting_after === undefined && from !== null;
      const limit = listing.limit ?? DEFAULT_LIMIT;
      const wanted: [string, string | number][] = [['kind = ?', kind]];
      if (from) wanted.push([isBackwards ? 'seq > ?' : 'seq < ?', from?.seq ?? 0]);
      const { gt, gte, lt, lte } = listing.created ?? {};
      for (const [sign, at] of [
        ['>', gt],
        ['>=', gte],
        ['<', lt],
        ['<=', lte],
      ] as const) {
        if (at !== undefined) wanted.push([`created ${sign} ?`, at]);
      }
      for (const [field, value] of Object.entries(fields)) {
        if (value !== undefined) wanted.push([`data ->> '$.${field}' = ?`, value]);
      }

      const rows = sql
        .exec<Row>(
          `SELECT seq, data FROM stripe_object WHERE ${wanted.map(([condition]) => condition).join(' AND ')}
           ORDER BY seq ${isBackwards ? 'ASC' : 'DESC'} LIMIT ?`,
          ...wanted.map(([, value]) => value),
          limit + 1,
        )
        .toArray();
      const data = rows.slice(0, limit).map((row) => JSON.parse(row.data) as Kinds[K]);
      if (isBackwards) data.reverse();
      return { object: 'list' as const, url, has_more: rows.length > limit, data };
    },
  };
}

export function newStripeId(
  prefix: 'pi' | 'ch' | 'pm' | 're' | 'dp' | 'acct' | 'tr' | 'trr' | 'evt' | 'req',
): string {
  return `${prefix}_${randomText(ID_LENGTH)}`;
}

export function randomText(length: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => ALPHABET[byte % ALPHABET.length]).join('');
}
