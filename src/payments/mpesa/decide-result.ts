import type { MpesaResult } from './read-callback.ts';

/** `missing`: Daraja never saw it. `unknown`: this callback does not tell, so it has to be asked again. */
export type ResultVerdict = 'done' | 'failed' | 'pending' | 'missing' | 'unknown';

const NO_SUCH_TRANSACTION = 'R000002';
const FAILED = /^(failed|declined|cancelled|expired|reversed)$/i;

/**
 * What a result says of the effect in whose address it came. It speaks of the effect itself under its id; the
 * answer to a question about it has a name of Daraja's own, and the effect's id inside.
 */
export function decideResult(result: MpesaResult, effectId: string): ResultVerdict {
  const { originatorId, status, succeeded, resultCode } = result;
  if (originatorId === effectId) return succeeded ? 'done' : 'failed';
  if (status === null) return resultCode === NO_SUCH_TRANSACTION ? 'missing' : 'unknown';
  if (!succeeded || status.originatorId !== effectId) return 'unknown';
  if (/^completed$/i.test(status.text)) return 'done';
  return FAILED.test(status.text) ? 'failed' : 'pending';
}
