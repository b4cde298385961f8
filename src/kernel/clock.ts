/** Every moment that a decision depends on comes from here, so that a test or the sandbox can move it. */
export type Clock = { now(): number };

export const systemClock: Clock = { now: () => Date.now() };

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const toInstant = (ms: number): string => new Date(ms).toISOString();
