import { DAY } from '../kernel/clock.ts';

export const EXPORT_LIFE_MS = 7 * DAY;
export const INBOX_LIFE_MS = 14 * DAY;

export const exportKey = (accountId: string, exportId: string): string =>
  `exports/${accountId}/${exportId}.json`;
export const exportPrefix = (accountId: string): string => `exports/${accountId}/`;
