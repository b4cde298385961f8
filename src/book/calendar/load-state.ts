import { addNights, type Night } from '../../kernel/stay.ts';
import type { Reader, StoredFacts } from '../store/reader.ts';
import type { CalendarState } from './state.ts';

/** What the decisions about the nights from `from` to before `to` depend on, and no more. */
export function loadState(reader: Reader, facts: StoredFacts, from: Night, to: Night): CalendarState {
  const rules = reader.rules().value;
  const { before, after } = rules.preparationNights ?? { before: 0, after: 0 };
  const apart = Math.max(before, after);
  return {
    facts,
    rules,
    rates: reader.rates().value,
    overrides: reader.overrides(from, to),
    stays: reader.stays(addNights(from, -apart), addNights(to, apart)),
    imported: reader.imported(from, to),
  };
}
