import type { Context } from '../context.ts';

type Asking = Pick<Context, 'keyring' | 'settings'>;

/** Whoever has the address may read the file: it is its own password. */
export const calendarUrl = ({ keyring, settings }: Asking, propertyId: string): string =>
  `${settings.origin}/v1/properties/${propertyId}/calendar.ics?token=${keyring.mac('calendar', propertyId)}`;

export const isCalendarToken = ({ keyring }: Asking, propertyId: string, token: string): boolean =>
  keyring.macMatches('calendar', token, propertyId);
