import { type Call, type Outcome, refuse } from './command.ts';
import { commit, unchanged } from './commit.ts';
import type { Transactor } from './store/transactor.ts';

/**
 * Nobody goes on with the place of somebody who is gone: whatever it was, it is archived and nobody helps there,
 * and what the host said of single nights is nowhere. For the system alone.
 */
export function forgetHost(tx: Transactor, call: Call): Outcome {
  const facts = tx.facts();
  if (facts === null) return refuse('unopened');
  if (call.actorKind !== 'system') return refuse('forbidden');
  const { status } = facts;
  const hasHelp = Object.keys(facts.coHosts).length > 0;
  if (status === 'archived' && !hasHelp && !tx.hasHostsNights()) return unchanged(tx, null);

  tx.forgetHostsNights();
  tx.touchCalendar(call.now);
  tx.write('facts', { ...facts, status: 'archived', coHosts: {} });
  if (status === 'archived') return commit(tx, call, { audit: null, value: null });
  return commit(tx, call, {
    audit: { action: 'property.archived', data: { from: status } },
    event: { type: 'property.changed', data: { status: 'archived' }, previous: { status } },
    value: null,
  });
}
