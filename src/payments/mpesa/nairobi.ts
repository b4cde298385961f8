import { HOUR } from '../../kernel/clock.ts';

/** Kenya has had one offset since 1960 and no summer time. */
const OFFSET_MS = 3 * HOUR;
const COMPACT = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/;
/** As in 06.07.2024 22:48:52. */
const DOTTED = /^(\d\d)\.(\d\d)\.(\d{4}) (\d\d):(\d\d):(\d\d)$/;

/** YYYYMMDDHHmmss, as the clocks in Nairobi show it. */
export const toNairobiTimestamp = (ms: number): string =>
  new Date(ms + OFFSET_MS).toISOString().replace(/\D/g, '').slice(0, 14);

/** Null for what is no moment in Nairobi. */
export function fromNairobiTimestamp(text: string): number | null {
  const compact = text.replace(DOTTED, '$3$2$1$4$5$6');
  const [, year, month, day, hour, minute, second] = COMPACT.exec(compact) ?? [];
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) - OFFSET_MS;
  return Number.isNaN(ms) || toNairobiTimestamp(ms) !== compact ? null : ms;
}
