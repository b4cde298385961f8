const OFFSET_MS = 3 * 3_600_000;

/** YYYYMMDDHHmmss on a clock in Nairobi, which knows no summer time. */
export const toNairobi = (ms: number): string =>
  new Date(ms + OFFSET_MS).toISOString().replace(/\D/g, '').slice(0, 14);

export function fromNairobi(text: string): number | null {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second] = match;
  const ms = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`) - OFFSET_MS;
  return Number.isNaN(ms) || toNairobi(ms) !== text ? null : ms;
}
