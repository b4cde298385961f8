import type { Clock } from '../clock.ts';
import type { Store } from '../store.ts';
import { readFields, requireLength, requirePhone, requireShillings, requireUrl } from './fields.ts';
import { toNairobi } from './nairobi.ts';
import { requirePassword } from './password.ts';
import { invalid, notPermitted } from './refusal.ts';
import { DONE, NO_ANSWER, newReceipt, type Result } from './results.ts';
import { toStkCallback } from './stk-callback.ts';
import type { Teller } from './teller.ts';

/** So long the phone asks for the PIN, and can't be asked for anything else. */
const PROMPT_MS = 120_000;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS daraja_push (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    checkout_id TEXT NOT NULL UNIQUE,
    merchant_id TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    phone TEXT NOT NULL,
    amount INTEGER NOT NULL,
    callback_url TEXT NOT NULL,
    asked_at INTEGER NOT NULL,
    ended_at INTEGER,
    result_code TEXT,
    result_text TEXT,
    receipt TEXT UNIQUE
  );
  CREATE INDEX IF NOT EXISTS daraja_push_of_payment ON daraja_push (payment_id, seq);
`;

export type Push = {
  seq: number;
  checkout_id: string;
  merchant_id: string;
  payment_id: string;
  phone: string;
  amount: number;
  callback_url: string;
  asked_at: number;
  ended_at: number | null;
  result_code: string | null;
  result_text: string | null;
  receipt: string | null;
};
export type Pushes = ReturnType<typeof createPushes>;

/** Lipa na M-Pesa Online: a phone is asked for its PIN, and once it has answered that stays so. */
export function createPushes(store: Store, clock: Clock, teller: Teller) {
  const { sql } = store;
  sql.exec(SCHEMA);
  const first = (where: string, ...values: (string | number)[]) =>
    sql.exec<Push>(`SELECT * FROM daraja_push WHERE ${where}`, ...values).toArray()[0];

  function end(push: Push, result: Result): Push {
    sql.exec(
      'UPDATE daraja_push SET ended_at = ?, result_code = ?, result_text = ?, receipt = ? WHERE seq = ?',
      ...[clock.now(), result.code, result.text, result.code === DONE.code ? newReceipt() : null, push.seq],
    );
    return first('seq = ?', push.seq) as Push;
  }

  /** Prompts that nobody has answered in time. */
  function expire(): void {
    const overdue = 'SELECT * FROM daraja_push WHERE ended_at IS NULL AND asked_at <= ?';
    store.transaction(() => {
      for (const push of sql.exec<Push>(overdue, clock.now() - PROMPT_MS).toArray()) {
        const told = { code: teller.spell(NO_ANSWER.code), amount: 0, phone: '', receipt: '' };
        const callback = toStkCallback({ push: end(push, NO_ANSWER), told: NO_ANSWER, ...told });
        teller.tell(push.callback_url, callback);
      }
    });
  }

  return {
    end,
    expire,

    nextExpiryAt(): number | null {
      const query = 'SELECT min(asked_at) AS at FROM daraja_push WHERE ended_at IS NULL';
      const [row] = sql.exec<{ at: number | null }>(query).toArray();
      return row?.at == null ? null : row.at + PROMPT_MS;
    },

    /** The latest of each payment, the newest first. */
    latest: (most: number): Push[] =>
      sql
        .exec<Push>(
          `SELECT * FROM daraja_push WHERE seq IN (SELECT max(seq) FROM daraja_push GROUP BY payment_id)
           AND payment_id <> '' ORDER BY seq DESC LIMIT ?`,
          most,
        )
        .toArray(),
    latestOf: (paymentId: string) => first('payment_id = ? ORDER BY seq DESC LIMIT 1', paymentId),
    ofReceipt: (receipt: string) => first('receipt = ?', receipt),

    receiptOfAnother: (push: Push): string =>
      first('receipt IS NOT NULL AND seq <> ? ORDER BY seq DESC LIMIT 1', push.seq)?.receipt ?? newReceipt(),

    async ask(request: Request): Promise<Response> {
      const fields = await readFields(request, [
        ...(['BusinessShortCode', 'Password', 'Timestamp', 'TransactionType', 'Amount', 'PartyA'] as const),
        ...(['PartyB', 'PhoneNumber', 'CallBackURL', 'AccountReference', 'TransactionDesc'] as const),
      ]);
      requirePassword(fields, clock.now());
      if (!/^Customer(PayBill|BuyGoods)Online$/.test(fields.TransactionType))
        throw invalid('TransactionType');
      const amount = requireShillings(fields.Amount);
      const phone = requirePhone(fields.PhoneNumber, 'PhoneNumber');
      requirePhone(fields.PartyA, 'PartyA');
      if (fields.PartyB !== fields.BusinessShortCode) throw invalid('PartyB');
      const url = requireUrl(fields.CallBackURL, 'CallBackURL');
      requireLength(fields.AccountReference, 'AccountReference', 1, 12);
      requireLength(fields.TransactionDesc, 'TransactionDesc', 1, 13);
      if (first('phone = ? AND ended_at IS NULL', phone)) {
        throw notPermitted(
          'Unable to lock subscriber, a transaction is already in process for the current subscriber',
        );
      }

      const merchantId = `${crypto.randomUUID().slice(0, 23)}${clock.now() % 1_000_000}`;
      const checkoutId = `ws_CO_${toNairobi(clock.now())}${crypto.getRandomValues(new Uint32Array(1))[0]}${phone.slice(3)}`;
      sql.exec(
        `INSERT INTO daraja_push (checkout_id, merchant_id, payment_id, phone, amount, callback_url, asked_at)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        ...[checkoutId, merchantId, paymentIn(url), phone, amount, url, clock.now()],
      );
      return Response.json({
        MerchantRequestID: merchantId,
        CheckoutRequestID: checkoutId,
        ResponseCode: '0',
        ResponseDescription: 'Success. Request accepted for processing',
        CustomerMessage: 'Success. Request accepted for processing',
      });
    },

    async query(request: Request): Promise<Response> {
      const names = ['BusinessShortCode', 'Password', 'Timestamp', 'CheckoutRequestID'] as const;
      const fields = await readFields(request, names);
      requirePassword(fields, clock.now());
      const push = first('checkout_id = ?', fields.CheckoutRequestID);
      if (!push) throw invalid('CheckoutRequestID');
      if (push.ended_at === null) throw notPermitted('The transaction is being processed');

      return Response.json({
        ResponseCode: '0',
        ResponseDescription: 'The service request has been accepted successfully',
        MerchantRequestID: push.merchant_id,
        CheckoutRequestID: push.checkout_id,
        ResultCode: push.result_code,
        ResultDesc: push.result_text,
      });
    },
  };
}

/** Our payment is in the callback's address, because 12 characters of reference can't hold its id. */
const paymentIn = (url: string): string => new URL(url).pathname.split('/').at(-1)?.split('.', 1)[0] ?? '';
