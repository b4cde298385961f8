import { type Call, isRefused, type Outcome, openFor, refuse } from './command.ts';
import { commit, unchanged } from './commit.ts';
import { type CoHostAccess, isOnHostSide } from './facts.ts';
import type { Transactor } from './store/transactor.ts';

export const MAX_CO_HOSTS = 20;

/** Null takes the access away: at any time, and a co-host may do it for themselves. */
export function changeCoHost(
  tx: Transactor,
  call: Call,
  { accountId, access }: { accountId: string; access: CoHostAccess | null },
): Outcome<null, 'host_already' | 'too_many_co_hosts' | 'archived'> {
  const isLeaving = access === null && accountId === call.accountId;
  const facts = openFor(tx, call, isLeaving ? 'messages' : 'host');
  if (isRefused(facts)) return facts;
  if (access !== null && facts.status === 'archived') return refuse('archived');
  if (accountId === facts.hostId) return refuse('host_already');
  const { [accountId]: before = null, ...others } = facts.coHosts;
  if (before === access) return unchanged(tx, null);
  if (access !== null && Object.keys(others).length >= MAX_CO_HOSTS) return refuse('too_many_co_hosts');

  const after = { ...facts, coHosts: access === null ? others : { ...others, [accountId]: access } };
  const losesCalendar =
    isOnHostSide(facts, accountId, 'calendar') && !isOnHostSide(after, accountId, 'calendar');
  tx.write('facts', losesCalendar ? { ...after, calendarKey: facts.calendarKey + 1 } : after);
  const action = access === null ? 'property.co_host_removed' : 'property.co_host_added';
  return commit(tx, call, { audit: { action, data: { accountId, access, before } }, value: null });
}
