import type { Clock } from '../clock.ts';
import { readFields, requireUrl } from './fields.ts';
import { toNairobi } from './nairobi.ts';
import type { Push, Pushes } from './pushes.ts';
import { invalid } from './refusal.ts';
import { DONE, NO_SUCH_TRANSACTION, newConversationId } from './results.ts';
import type { Teller } from './teller.ts';
import { envelope } from './to-result.ts';
import { accepted, type Transfer, type Transfers } from './transfers.ts';

/** What became of a transaction, by its receipt or by what its sender called it; told by a result as well. */
export function createStatus(clock: Clock, teller: Teller, pushes: Pushes, transfers: Transfers) {
  return {
    async query(request: Request): Promise<Response> {
      const body = (await request
        .clone()
        .json()
        .catch(() => ({}))) as Record<string, unknown>;
      const fields = await readFields(request, [
        ...(['Initiator', 'SecurityCredential', 'CommandID', 'PartyA', 'IdentifierType'] as const),
        ...(['Remarks', 'QueueTimeOutURL', 'ResultURL'] as const),
      ]);
      const receipt = String(body.TransactionID ?? '');
      const originator = String(body.OriginalConversationID ?? '');
      if (fields.CommandID !== 'TransactionStatusQuery') throw invalid('CommandID');
      if (fields.IdentifierType !== '4') throw invalid('IdentifierType');
      if (receipt === '' && originator === '') throw invalid('TransactionID');
      requireUrl(fields.QueueTimeOutURL, 'QueueTimeOutURL');
      const url = requireUrl(fields.ResultURL, 'ResultURL');

      const push = receipt === '' ? undefined : pushes.ofReceipt(receipt);
      const transfer = receipt === '' ? transfers.ofOriginator(originator) : transfers.ofReceipt(receipt);
      const found = push ? ofPush(push) : transfer ? ofTransfer(transfer) : null;
      const result = found ? DONE : NO_SUCH_TRANSACTION;
      const asked = {
        originatorId: crypto.randomUUID(),
        conversationId: newConversationId(toNairobi(clock.now())),
      };
      teller.tell(
        url,
        envelope({
          ...asked,
          transactionId: found ? String(found.ReceiptNo) : '0',
          code: teller.spell(result.code),
          text: result.text,
          parameters: found,
        }),
      );
      return accepted(asked.originatorId, asked.conversationId);
    },
  };
}

const ofPush = (push: Push) => ({
  ReceiptNo: push.receipt ?? '',
  Amount: push.amount,
  TransactionStatus: 'Completed',
  FinalisedTime: Number(toNairobi(push.ended_at ?? push.asked_at)),
  DebitPartyName: `${push.phone} - JANE DOE`,
  OriginatorConversationID: push.merchant_id,
});

const ofTransfer = (transfer: Transfer) => ({
  ReceiptNo: transfer.receipt,
  Amount: String(transfer.amount),
  TransactionStatus: transfer.result_code === DONE.code ? 'Completed' : 'Failed',
  FinalisedTime: Number(toNairobi(transfer.ended_at)),
  CreditPartyName: `${transfer.phone} - JANE DOE`,
  OriginatorConversationID: transfer.originator_id,
  ConversationID: transfer.conversation_id,
});
