/** What Daraja says in the end, in its words. */
export type Result = { readonly code: string; readonly text: string };

export const DONE: Result = { code: '0', text: 'The service request is processed successfully.' };
export const NO_ANSWER: Result = { code: '1037', text: 'DS timeout user cannot be reached.' };
export const CANCELLED: Result = { code: '1032', text: 'Request Cancelled by user.' };
export const NO_BALANCE: Result = { code: '1', text: 'The balance is insufficient for the transaction.' };
export const TOO_LITTLE: Result = { code: '2', text: 'Declined due to limit rule.' };
export const NOT_REGISTERED: Result = {
  code: '2040',
  text: "Credit Party customer type can't be supported by the service.",
};
export const REVERSED_BEFORE: Result = {
  code: 'R000001',
  text: 'The transaction has already been reversed.',
};
export const NO_SUCH_TRANSACTION: Result = { code: 'R000002', text: 'The OriginalTransactionID is invalid.' };

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const RECEIPT_LENGTH = 10;

export const newReceipt = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(RECEIPT_LENGTH)), (byte) => ALPHABET[byte % 36]).join('');

export const newConversationId = (nairobi: string): string =>
  `AG_${nairobi.slice(0, 8)}_${crypto.randomUUID().replaceAll('-', '').slice(0, 20)}`;
