import { nightAt } from '../kernel/zone.ts';
import { type Call, isRefused, type Outcome, openFor, refuse } from './command.ts';
import { commit, unchanged } from './commit.ts';
import type { PropertyStatus } from './facts.ts';
import { offerOpenedNights } from './stays/offer-nights.ts';
import type { Transactor } from './store/transactor.ts';

export type StatusChange =
  /** `missing` is what the description lacks; the book adds what it lacks itself. */
  | { readonly to: 'published'; readonly missing: readonly string[] }
  | { readonly to: 'unpublished' }
  | { readonly to: 'archived' };
export type StatusRefusal = 'archived' | 'suspended' | 'incomplete' | 'never_published' | 'stays_ahead';

export function changeStatus(
  tx: Transactor,
  call: Call,
  change: StatusChange,
): Outcome<PropertyStatus, StatusRefusal> {
  const facts = openFor(tx, call, change.to === 'archived' ? 'host' : 'full');
  if (isRefused(facts)) return facts;
  const { status } = facts;
  if (status === change.to) return unchanged(tx, status);
  if (status === 'archived' || status === 'suspended') return refuse(status);

  if (change.to === 'unpublished' && status === 'draft') return refuse('never_published');
  if (change.to === 'published') {
    const missing = tx.rates().value === null ? [...change.missing, 'rates'] : change.missing;
    if (missing.length > 0) return refuse('incomplete', missing);
  }
  if (change.to === 'archived' && tx.hasStayAfter(nightAt(call.now, facts.timeZone).night, call.now)) {
    return refuse('stays_ahead');
  }

  const publishedAt = facts.publishedAt ?? (change.to === 'published' ? call.now : null);
  tx.write('facts', { ...facts, status: change.to, publishedAt });
  const changed = commit(tx, call, {
    audit: { action: `property.${change.to}`, data: { from: status } },
    event: { type: 'property.changed', data: { status: change.to }, previous: { status } },
    value: change.to,
  });
  offerOpenedNights(tx, call);
  return changed;
}
