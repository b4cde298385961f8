import type { Night } from '../../kernel/stay.ts';
import type { Reader, StoredFacts } from '../store/reader.ts';
import type { CalendarState } from './state.ts';

/** What the decisions about the nights from `from` to before `to` depend on. */
export const loadState = (reader: Reader, facts: StoredFacts, from: Night, to: Night): CalendarState => ({
  facts,
  rules: reader.rules().value,
  rates: reader.rates().value,
  overrides: reader.overrides(from, to),
  stays: reader.stays(from, to),
  imported: reader.imported(from, to),
});
