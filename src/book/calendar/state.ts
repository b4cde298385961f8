import type { Night } from '../../kernel/stay.ts';
import type { Rates } from '../../pricing/index.ts';
import type { Facts, HeldStay, ImportedBlock, NightOverride } from '../facts.ts';
import type { Rules } from '../schemas.ts';

/**
 * All that a decision about nights depends on. Stays and blocks may be only those that are near the
 * nights in question; a stay matters up to MAX_PREPARATION_NIGHTS beyond its ends.
 */
export type CalendarState = {
  readonly facts: Pick<Facts, 'timeZone' | 'capacity' | 'petsAllowed' | 'status'>;
  readonly rules: Rules;
  /** Null before the host has said a price. */
  readonly rates: Rates | null;
  readonly overrides: ReadonlyMap<Night, NightOverride>;
  readonly stays: readonly HeldStay[];
  readonly imported: readonly ImportedBlock[];
};
