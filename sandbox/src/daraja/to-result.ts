import { toNairobi } from './nairobi.ts';
import type { Transfer } from './transfers.ts';

type Parameters = Readonly<Record<string, string | number>>;
type Answered = {
  readonly originatorId: string;
  readonly conversationId: string;
  readonly transactionId: string;
  readonly code: string | number;
  readonly text: string;
  readonly parameters: Parameters | null;
};

/** The envelope of everything that Daraja tells later. Without success there are no parameters. */
export function envelope({ originatorId, conversationId, transactionId, code, text, parameters }: Answered) {
  const list = Object.entries(parameters ?? {}).map(([Key, Value]) => ({ Key, Value }));
  return {
    Result: {
      ResultType: 0,
      ResultCode: code,
      ResultDesc: text,
      OriginatorConversationID: originatorId,
      ConversationID: conversationId,
      TransactionID: transactionId,
      ...(parameters ? { ResultParameters: { ResultParameter: list } } : {}),
      ReferenceData: { ReferenceItem: { Key: 'QueueTimeoutURL', Value: 'https://sandbox.invalid/timeout' } },
    },
  };
}

export const toResult = (transfer: Transfer, code: string | number) =>
  envelope({
    originatorId: transfer.originator_id,
    conversationId: transfer.conversation_id,
    transactionId: transfer.receipt,
    code,
    text: transfer.result_text,
    parameters: transfer.result_code === '0' ? parametersOf(transfer) : null,
  });

function parametersOf(transfer: Transfer): Parameters {
  const { amount, phone, receipt, reversed } = transfer;
  const at = toNairobi(transfer.ended_at);
  if (reversed !== null) {
    return {
      Amount: amount,
      OriginalTransactionID: reversed,
      TransCompletedTime: Number(at),
      CreditPartyPublicName: `${phone} - JANE DOE`,
    };
  }
  return {
    TransactionAmount: amount,
    TransactionReceipt: receipt,
    ReceiverPartyPublicName: `${phone} - JANE DOE`,
    TransactionCompletedDateTime: `${at.slice(6, 8)}.${at.slice(4, 6)}.${at.slice(0, 4)} ${at.slice(8, 10)}:${at.slice(10, 12)}:${at.slice(12)}`,
    B2CUtilityAccountAvailableFunds: 8_959_269.6,
    B2CRecipientIsRegisteredCustomer: 'Y',
  };
}
