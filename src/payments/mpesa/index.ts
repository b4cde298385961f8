export { createMpesa } from './create-mpesa.ts';
export { decideResult, type ResultVerdict } from './decide-result.ts';
export type { MpesaNeeds } from './needs.ts';
export { toMpesaPhone } from './phone.ts';
export { type MpesaPayment, type MpesaResult, readMpesaCallback } from './read-callback.ts';
export { toReference } from './reference.ts';
export { MPESA_TAKES } from './shillings.ts';
