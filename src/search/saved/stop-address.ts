import type { Context } from '../../context.ts';
import { StopTokenInvalid } from './errors.ts';

type Asking = Pick<Context, 'keyring' | 'settings'>;

export const STOP_PATH = '/v1/saved-searches/stop';

/** An address in a mail: it stops one saved search, or all that an account has, and is kept nowhere. */
export const stopUrl = ({ keyring, settings }: Asking, subject: string): string =>
  `${settings.origin}${STOP_PATH}?token=${subject}.${keyring.mac('saved-search', subject)}`;

/** The id of a saved search or of an account. */
export function subjectOf({ keyring }: Pick<Context, 'keyring'>, token: string): string {
  const [subject = '', mac = '', ...rest] = token.split('.');
  if (rest.length > 0 || !keyring.macMatches('saved-search', mac, subject)) throw StopTokenInvalid();
  return subject;
}

export const isOfAccount = (subject: string): boolean => subject.startsWith('usr_');
