import { HOUR } from '../../kernel/clock.ts';

/** What is seen once may be on its way. What is still so after this long is told to people. */
export const DOUBT_MS = HOUR;

export const STATUSES = ['suspected', 'open', 'resolved'] as const;
export type DiscrepancyStatus = (typeof STATUSES)[number];

type Seen = {
  readonly firstSeenAt: number;
  readonly lastSeenAt: number;
  readonly resolvedAt: number | null;
};

export const statusOf = ({ firstSeenAt, lastSeenAt, resolvedAt }: Seen): DiscrepancyStatus =>
  resolvedAt !== null ? 'resolved' : lastSeenAt - firstSeenAt >= DOUBT_MS ? 'open' : 'suspected';
