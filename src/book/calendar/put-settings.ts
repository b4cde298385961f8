import type { Rates } from '../../pricing/index.ts';
import { type Call, isRefused, type Outcome, openFor, refuse } from '../command.ts';
import { commit } from '../commit.ts';
import type { Rules } from '../schemas.ts';
import type { Versioned } from '../store/reader.ts';
import type { Transactor } from '../store/transactor.ts';

/** The versions one of which the caller has seen; of two who edit the same one, the second is refused. */
export type Seen = readonly string[] | '*';
type PutOutcome<T> = Outcome<Versioned<T>, 'archived' | 'stale'>;

export const putRates = (tx: Transactor, call: Call, rates: Rates, seen: Seen): PutOutcome<Rates> =>
  put(tx, call, 'rates', rates, seen, tx.rates().version);

export const putRules = (tx: Transactor, call: Call, rules: Rules, seen: Seen): PutOutcome<Rules> =>
  put(tx, call, 'rules', rules, seen, tx.rules().version);

function put<T extends Rates | Rules>(
  tx: Transactor,
  call: Call,
  name: 'rates' | 'rules',
  value: T,
  seen: Seen,
  current: number,
): PutOutcome<T> {
  const facts = openFor(tx, call, 'full');
  if (isRefused(facts)) return facts;
  if (facts.status === 'archived') return refuse('archived');
  if (seen !== '*' && !seen.includes(String(current))) return refuse('stale');

  const version = tx.write(name, value as never);
  return commit(tx, call, {
    audit: { action: `${name}.changed`, data: { version } },
    value: { version, value },
  });
}
