import type { Rates } from '../../pricing/index.ts';
import { type Call, isRefused, type Outcome, openFor, openForLooking } from '../command.ts';
import { unchanged } from '../commit.ts';
import type { Rules } from '../schemas.ts';
import type { Reader, Versioned } from '../store/reader.ts';

/** For the host side alone: rates carry promotion codes. */
export function readRates(reader: Reader, call: Call): Outcome<Versioned<Rates | null>> {
  const facts = openFor(reader, call, 'calendar');
  return isRefused(facts) ? facts : unchanged(reader, reader.rates());
}

/** For whoever may see the property: a guest has to know them. */
export function readRules(reader: Reader, call: Call): Outcome<Versioned<Rules>> {
  const seen = openForLooking(reader, call);
  return isRefused(seen) ? seen : unchanged(reader, reader.rules());
}
