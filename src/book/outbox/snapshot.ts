import type { CoHostAccess, PropertyStatus } from '../facts.ts';
import type { CancellationPolicy, Rules } from '../schemas.ts';
import type { Reader } from '../store/reader.ts';

/** All that D1 is told of a book, as of one version of it. Two of the same version are equal. */
export type Snapshot = {
  readonly propertyId: string;
  readonly epoch: number;
  readonly version: number;
  readonly status: PropertyStatus;
  readonly currency: string | null;
  readonly nightly: number | null;
  readonly bookingMode: Rules['bookingMode'];
  readonly cancellationPolicy: CancellationPolicy;
  readonly contentVersion: number;
  readonly calendarKey: number;
  readonly coHosts: Readonly<Record<string, CoHostAccess>>;
};

export function takeSnapshot(reader: Reader): Snapshot | null {
  const facts = reader.facts();
  if (facts === null) return null;
  const { epoch, version } = reader.head();
  const rates = reader.rates().value;
  const { bookingMode, cancellationPolicy } = reader.rules().value;
  const { propertyId, status, contentVersion, calendarKey, coHosts } = facts;
  return {
    propertyId,
    epoch,
    version,
    status,
    currency: rates?.currency ?? null,
    nightly: rates?.nightly ?? null,
    bookingMode,
    cancellationPolicy,
    contentVersion,
    calendarKey,
    coHosts,
  };
}

/** Whether D1 has it as the book has it. */
export function equalsSnapshot(a: Snapshot, b: Snapshot): boolean {
  const content = ({ coHosts, ...rest }: Snapshot) => [
    ...Object.entries(rest).sort(byName),
    ...Object.entries(coHosts).sort(byName),
  ];
  return JSON.stringify(content(a)) === JSON.stringify(content(b));
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]) => (a < b ? -1 : a > b ? 1 : 0);
