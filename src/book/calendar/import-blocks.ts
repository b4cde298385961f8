import { compareNights, type Night } from '../../kernel/stay.ts';
import { type Call, isRefused, type Outcome, openFor } from '../command.ts';
import { commit, unchanged } from '../commit.ts';
import type { ImportedBlock } from '../facts.ts';
import { offerOpenedNights } from '../stays/offer-nights.ts';
import type { Transactor } from '../store/transactor.ts';
import { isHolding } from './taken.ts';

export type Conflict = Pick<ImportedBlock, 'from' | 'to'>;

/**
 * A feed's nights become exactly these; no blocks takes the feed out. What is booked here stays booked: a
 * night that both calendars took is a conflict, and the host is told.
 */
export function importBlocks(
  tx: Transactor,
  call: Call,
  { feedId, blocks }: { feedId: string; blocks: readonly ImportedBlock[] },
): Outcome<Conflict[]> {
  const facts = openFor(tx, call, 'calendar');
  if (isRefused(facts)) return facts;
  const conflicts = blocks.flatMap((block) =>
    tx
      .stays(block.from, block.to)
      .filter((stay) => isHolding(stay, call.now))
      .map(({ checkIn, checkOut }) => ({
        from: laterOf(checkIn, block.from),
        to: earlierOf(checkOut, block.to),
      })),
  );
  if (JSON.stringify(tx.importedBy(feedId).map(inOrder)) === JSON.stringify(blocks.map(inOrder))) {
    return unchanged(tx, conflicts);
  }

  const spansOf = (taken: readonly ImportedBlock[], available: boolean) =>
    taken.map(({ from, to }) => ({ from, to, available }));
  const before = tx.importedBy(feedId);
  const calendar = [...spansOf(before, true), ...spansOf(blocks, false)];
  tx.replaceBlocks(feedId, blocks);
  tx.touchCalendar(call.now);
  const audit = { action: 'calendar.imported', data: { feedId, blocks: blocks.length } };
  const event = { type: 'calendar.changed', data: { feedId, calendar }, previous: null };
  const changed = commit(tx, call, { audit, event, value: conflicts });
  offerOpenedNights(tx, call);
  return changed;
}

const inOrder = ({ uid, from, to }: ImportedBlock) => [uid, from, to];

const laterOf = (a: Night, b: Night): Night => (compareNights(a, b) < 0 ? b : a);
const earlierOf = (a: Night, b: Night): Night => (compareNights(a, b) < 0 ? a : b);
