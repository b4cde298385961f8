import type { Context } from '../context.ts';

type Asking = Pick<Context, 'keyring' | 'settings'>;

/** Whoever has the address may read the file, until the book's `calendarKey` has grown: it is its own password. */
export const calendarUrl = ({ keyring, settings }: Asking, propertyId: string, calendarKey: number): string =>
  `${settings.origin}/v1/properties/${propertyId}/calendar.ics?token=${calendarKey}.${keyring.mac('calendar', propertyId, calendarKey)}`;

/** The `calendarKey` of an address that was once given out; null for one that never was, so no book is asked. */
export function calendarKeyOf({ keyring }: Asking, propertyId: string, token: string): number | null {
  const [key = '', mac = ''] = token.split('.', 2);
  const calendarKey = /^\d{1,9}$/.test(key) ? Number(key) : null;
  return calendarKey !== null && keyring.macMatches('calendar', mac, propertyId, calendarKey)
    ? calendarKey
    : null;
}
