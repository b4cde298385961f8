import type { Keyring } from '../kernel/crypto.ts';

/**
 * M-Pesa signs nothing, so each payment, and each thing asked of it, is told of at an address that nobody can
 * guess. It is made from what it is about; the book keeps a hash of it.
 */
export const callbackTokenOf = (keyring: Keyring, subject: string): string =>
  `${subject}.${keyring.mac('callback', subject)}`;

/** What an address is about; null when nobody here made it. */
export function subjectOf(keyring: Keyring, token: string): string | null {
  const dot = token.indexOf('.');
  const [subject, mac] = [token.slice(0, dot), token.slice(dot + 1)];
  return dot > 0 && keyring.macMatches('callback', mac, subject) ? subject : null;
}
