import type { Keyring } from '../kernel/crypto.ts';
import { type Position, readCursor } from '../kernel/page.ts';
import { RequestInvalid } from './errors.ts';

/** Where a list goes on; a cursor that is not this list's own is a bad request. */
export function readPosition(
  keyring: Keyring,
  list: string,
  cursor: string | undefined,
): Position | undefined {
  if (cursor === undefined) return undefined;
  const position = readCursor(keyring, list, cursor);
  if (position) return position;
  const message = 'is not a cursor of this list';
  throw RequestInvalid({ errors: [{ in: 'query', pointer: '/cursor', code: 'invalid_cursor', message }] });
}
