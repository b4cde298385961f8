import type { Clock } from '../clock.ts';
import type { Store } from '../store.ts';
import { readFields, requireLength, requirePhone, requireShillings, requireUrl } from './fields.ts';
import { toNairobi } from './nairobi.ts';
import type { Pushes } from './pushes.ts';
import { DarajaRefusal, invalid } from './refusal.ts';
import {
  DONE,
  NO_SUCH_TRANSACTION,
  NOT_REGISTERED,
  newConversationId,
  newReceipt,
  REVERSED_BEFORE,
  type Result,
  TOO_LITTLE,
} from './results.ts';
import type { Teller } from './teller.ts';
import { toResult } from './to-result.ts';

const MIN_SHILLINGS = 10;
/** Nobody has this number. */
const STRANGER = '254799999999';
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS daraja_transfer (
    originator_id TEXT PRIMARY KEY,
    conversation_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    phone TEXT NOT NULL,
    amount INTEGER NOT NULL,
    reversed TEXT,
    result_code TEXT NOT NULL,
    result_text TEXT NOT NULL,
    receipt TEXT NOT NULL UNIQUE,
    ended_at INTEGER NOT NULL
  ) WITHOUT ROWID;
`;

export type Transfer = {
  originator_id: string;
  conversation_id: string;
  kind: 'b2c' | 'reversal';
  phone: string;
  amount: number;
  /** The receipt that a reversal takes back. */
  reversed: string | null;
  result_code: string;
  result_text: string;
  receipt: string;
  ended_at: number;
};
export type Transfers = ReturnType<typeof createTransfers>;

/** Money that leaves: taken on at once, and told by a result. */
export function createTransfers(store: Store, clock: Clock, teller: Teller, pushes: Pushes) {
  const { sql } = store;
  sql.exec(SCHEMA);
  const first = (where: string, value: string) =>
    sql.exec<Transfer>(`SELECT * FROM daraja_transfer WHERE ${where}`, value).toArray()[0];

  function settle(
    asked: Pick<Transfer, 'originator_id' | 'kind' | 'phone' | 'amount' | 'reversed'>,
    result: Result,
    url: string,
  ): Response {
    const transfer: Transfer = {
      ...asked,
      conversation_id: newConversationId(toNairobi(clock.now())),
      result_code: result.code,
      result_text: result.text,
      receipt: newReceipt(),
      ended_at: clock.now(),
    };
    store.transaction(() => {
      sql.exec(
        'INSERT INTO daraja_transfer VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        ...[transfer.originator_id, transfer.conversation_id, transfer.kind, transfer.phone],
        ...[transfer.amount, transfer.reversed, transfer.result_code, transfer.result_text],
        ...[transfer.receipt, transfer.ended_at],
      );
      teller.tell(url, toResult(transfer, teller.spell(result.code)));
    });
    return accepted(transfer.originator_id, transfer.conversation_id);
  }

  function judgeReversal(receipt: string, amount: number): Result {
    const push = pushes.ofReceipt(receipt);
    if (!push || amount > push.amount) return NO_SUCH_TRANSACTION;
    return first("result_code = '0' AND reversed = ?", receipt) ? REVERSED_BEFORE : DONE;
  }

  return {
    ofReceipt: (receipt: string) => first('receipt = ?', receipt),
    ofOriginator: (originatorId: string) => first('originator_id = ?', originatorId),

    async pay(request: Request): Promise<Response> {
      const fields = await readFields(request, [
        ...(['OriginatorConversationID', 'InitiatorName', 'SecurityCredential', 'CommandID'] as const),
        ...(['Amount', 'PartyA', 'PartyB', 'Remarks', 'QueueTimeOutURL', 'ResultURL'] as const),
      ]);
      if (!/^(Salary|Business|Promotion)Payment$/.test(fields.CommandID)) throw invalid('CommandID');
      const amount = requireShillings(fields.Amount);
      if (!/^\d{5,7}$/.test(fields.PartyA)) throw invalid('PartyA');
      const phone = requirePhone(fields.PartyB, 'PartyB');
      requireLength(fields.Remarks, 'Remarks', 2, 100);
      requireUrl(fields.QueueTimeOutURL, 'QueueTimeOutURL');
      const url = requireUrl(fields.ResultURL, 'ResultURL');
      const originatorId = fields.OriginatorConversationID;
      if (first('originator_id = ?', originatorId)) {
        throw new DarajaRefusal(500, '500.002.1001', 'Duplicate OriginatorConversationID.');
      }

      const result = phone === STRANGER ? NOT_REGISTERED : amount < MIN_SHILLINGS ? TOO_LITTLE : DONE;
      return settle({ originator_id: originatorId, kind: 'b2c', phone, amount, reversed: null }, result, url);
    },

    async reverse(request: Request): Promise<Response> {
      const fields = await readFields(request, [
        ...(['Initiator', 'SecurityCredential', 'CommandID', 'TransactionID', 'Amount'] as const),
        ...(['ReceiverParty', 'RecieverIdentifierType', 'Remarks', 'QueueTimeOutURL', 'ResultURL'] as const),
      ]);
      if (fields.CommandID !== 'TransactionReversal') throw invalid('CommandID');
      const amount = requireShillings(fields.Amount);
      if (fields.RecieverIdentifierType !== '11') throw invalid('RecieverIdentifierType');
      requireLength(fields.Remarks, 'Remarks', 2, 100);
      requireUrl(fields.QueueTimeOutURL, 'QueueTimeOutURL');
      const url = requireUrl(fields.ResultURL, 'ResultURL');

      const receipt = fields.TransactionID;
      const phone = pushes.ofReceipt(receipt)?.phone ?? '';
      const asked = { originator_id: crypto.randomUUID(), phone, amount, reversed: receipt };
      return settle({ ...asked, kind: 'reversal' }, judgeReversal(receipt, amount), url);
    },
  };
}

export const accepted = (originatorId: string, conversationId: string): Response =>
  Response.json({
    ConversationID: conversationId,
    OriginatorConversationID: originatorId,
    ResponseCode: '0',
    ResponseDescription: 'Accept the service request successfully.',
  });
