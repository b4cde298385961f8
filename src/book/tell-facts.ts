import type { Call, Outcome } from './command.ts';
import { commit, unchanged } from './commit.ts';
import type { ToldFacts } from './facts.ts';
import type { Transactor } from './store/transactor.ts';

/** The first telling opens the book. One that is older than what the book knows changes nothing. */
export function tellFacts(tx: Transactor, call: Call, told: ToldFacts): Outcome {
  const known = tx.facts();
  if (known !== null && told.contentVersion <= known.contentVersion) return unchanged(tx, null);

  tx.write('facts', { status: 'draft', publishedAt: null, coHosts: {}, calendarKey: 0, ...known, ...told });
  return commit(tx, call, { audit: null, value: null });
}
