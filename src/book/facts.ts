import type { Night } from '../kernel/stay.ts';

/** The few facts about a property and its people by which its book decides. */
export type Facts = {
  readonly propertyId: string;
  readonly hostId: string;
  readonly coHosts: Readonly<Record<string, CoHostAccess>>;
  readonly timeZone: string;
  /** Adults and children; infants never count. */
  readonly capacity: number;
  readonly petsAllowed: boolean;
  readonly status: PropertyStatus;
  /** When it was for the first time; null until then. */
  readonly publishedAt: number | null;
  /** Grows when somebody may no longer know the calendar's address, which ends with it. */
  readonly calendarKey: number;
};

/** What a book is told of the description, which is edited in D1 and grows in version there. */
export type ToldFacts = Pick<Facts, 'propertyId' | 'hostId' | 'timeZone' | 'capacity' | 'petsAllowed'> & {
  readonly contentVersion: number;
};

export const STATUSES = ['draft', 'published', 'unpublished', 'suspended', 'archived'] as const;
export type PropertyStatus = (typeof STATUSES)[number];

/** `calendar` opens and closes nights, `full` also says prices, rules and texts, `messages` only talks. */
export const CO_HOST_ACCESS = ['full', 'calendar', 'messages'] as const;
export type CoHostAccess = (typeof CO_HOST_ACCESS)[number];
/** What somebody has to be in order to do a thing: the host alone, or a co-host of that access or more. */
export type Need = 'host' | CoHostAccess;

const GIVES: Readonly<Record<CoHostAccess, readonly Need[]>> = {
  full: ['full', 'calendar', 'messages'],
  calendar: ['calendar', 'messages'],
  messages: ['messages'],
};

export function isOnHostSide(
  { hostId, coHosts }: Pick<Facts, 'hostId' | 'coHosts'>,
  accountId: string | null,
  need: Need,
): boolean {
  if (accountId === null) return false;
  if (accountId === hostId) return true;
  const access = Object.hasOwn(coHosts, accountId) ? coHosts[accountId] : undefined;
  return access !== undefined && GIVES[access].includes(need);
}

/** Nights that are somebody's; a hold is one only until it expires. */
export type HeldStay = {
  readonly bookingId: string;
  readonly kind: 'booked' | 'held';
  readonly checkIn: Night;
  readonly checkOut: Night;
  readonly expiresAt: number | null;
};

/** Nights that another platform's calendar takes; `to` is the first that is free again. */
export type ImportedBlock = { readonly uid: string; readonly from: Night; readonly to: Night };

/** What the host said of one night; what is absent is as the rates and rules have it. */
export type NightOverride = {
  readonly available?: boolean;
  readonly price?: number;
  readonly minNights?: number;
  readonly note?: string;
};
