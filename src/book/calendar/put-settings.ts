import { nightAt } from '../../kernel/zone.ts';
import type { Rates } from '../../pricing/index.ts';
import { type Call, isRefused, type Outcome, openFor, type Refused, refuse } from '../command.ts';
import { commit } from '../commit.ts';
import type { Rules } from '../schemas.ts';
import { offerOpenedNights } from '../stays/offer-nights.ts';
import type { Versioned } from '../store/reader.ts';
import type { Transactor } from '../store/transactor.ts';

/** The versions one of which the caller has seen; of two who edit the same one, the second is refused. */
export type Seen = readonly string[] | '*';
type PutOutcome<T> = Outcome<Versioned<T>, 'archived' | 'stale'>;

/** Dates that have a price of their own have it in the currency of the rates, which they keep. */
export function putRates(
  tx: Transactor,
  call: Call,
  rates: Rates,
  seen: Seen,
): PutOutcome<Rates> | Refused<'dates_priced'> {
  const { version, value: before } = tx.rates();
  const facts = openFor(tx, call, 'full');
  const isOther = before !== null && before.currency !== rates.currency;
  if (isOther && !isRefused(facts) && tx.hasOwnPriceFrom(nightAt(call.now, facts.timeZone).night)) {
    return refuse('dates_priced');
  }
  return put(tx, call, 'rates', rates, seen, version);
}

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

  const before = name === 'rates' ? tx.rates() : tx.rules();
  const version = tx.write(name, value as never);
  const changed = commit(tx, call, {
    audit: { action: `${name}.changed`, data: { version } },
    event: { type: `${name}.changed`, data: { version, value }, previous: { ...before } },
    value: { version, value },
  });
  offerOpenedNights(tx, call);
  return changed;
}
