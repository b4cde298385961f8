import { addNights, type Stay } from '../../kernel/stay.ts';
import { nightAt } from '../../kernel/zone.ts';
import { causesAgainst } from '../calendar/availability.ts';
import { apartBy, MAX_DAYS_AHEAD } from '../calendar/limits.ts';
import { loadState } from '../calendar/load-state.ts';
import type { Call } from '../command.ts';
import type { Waiting } from '../store/reader.ts';
import type { Transactor } from '../store/transactor.ts';
import { OFFER_LIFE_MS } from './life.ts';

/**
 * When nights become free, the first who waits for them gets them offered: for half an hour they are kept for
 * nobody else. Then the next one's turn comes. Who waits for others of these nights is offered those.
 */
export function offerFreedNights(tx: Transactor, call: Call, freed: Stay): void {
  const facts = tx.facts();
  if (facts === null) return;
  const apart = apartBy(tx.rules().value);
  const around = { checkIn: addNights(freed.checkIn, -apart), checkOut: addNights(freed.checkOut, apart) };
  for (const waiting of tx.waitingFor(around)) {
    const { id, guestId, stay, guests } = waiting;
    const { checkIn, checkOut } = stay;
    // A hold that has run out and was not settled yet still has its row, and its own turn to offer them.
    if (tx.stays(checkIn, checkOut).length > 0) continue;
    if (causesAgainst(loadState(tx, facts, checkIn, checkOut), { stay, guests }, call.now).length > 0)
      continue;
    const expiresAt = call.now + OFFER_LIFE_MS;
    tx.take({ bookingId: id, kind: 'held', checkIn, checkOut, expiresAt });
    tx.setDue('offer', id, expiresAt);
    tx.offerTo(id, expiresAt);
    tx.touchCalendar(call.now);
    const calendar = [{ from: checkIn, to: checkOut, available: false }];
    tx.append({
      type: 'waitlist.offered',
      at: call.now,
      actorKind: 'system',
      actorId: null,
      data: { waitingId: id, guestId, expiresAt, calendar },
      previous: null,
    });
  }
}

/** After a change of what stands against stays, rather than of who has which nights. */
export function offerOpenedNights(tx: Transactor, call: Call): void {
  const facts = tx.facts();
  if (facts === null) return;
  const { night: checkIn } = nightAt(call.now, facts.timeZone);
  offerFreedNights(tx, call, { checkIn, checkOut: addNights(checkIn, MAX_DAYS_AHEAD) });
}

/**
 * Nobody waits for a day that is over. An offer that ran out: its guest has waited enough, and the nights go to
 * the next.
 */
export function endWaiting(tx: Transactor, call: Call, waitingId: string): void {
  const waiting = tx.waiting(waitingId);
  tx.setDue('offer', waitingId, null);
  if (waiting === null) return;
  leave(tx, waiting);
  if (waiting.offeredUntil === null) return;
  tx.touchCalendar(call.now);
  const { checkIn: from, checkOut: to } = waiting.stay;
  tx.append({
    type: 'waitlist.expired',
    at: waiting.offeredUntil,
    actorKind: 'system',
    actorId: null,
    data: { waitingId, guestId: waiting.guestId, calendar: [{ from, to, available: true }] },
    previous: null,
  });
  offerFreedNights(tx, call, waiting.stay);
}

/** Whoever books what they were offered has got it: what was kept for them is free, and they are served. */
export function serveOffersOf(tx: Transactor, call: Call, stay: Stay): Stay[] {
  const served = tx
    .waitingFor(stay)
    .filter(({ guestId, offeredUntil }) => guestId === call.accountId && offeredUntil !== null);
  for (const waiting of served) {
    leave(tx, waiting);
    const { checkIn: from, checkOut: to } = waiting.stay;
    tx.append({
      type: 'waitlist.served',
      at: call.now,
      actorKind: call.actorKind,
      actorId: call.accountId,
      data: { waitingId: waiting.id, calendar: [{ from, to, available: true }] },
      previous: null,
    });
  }
  return served.map((waiting) => waiting.stay);
}

/** Whoever does not wait any more; what was kept for them goes to the next. */
export function stopWaiting(tx: Transactor, call: Call, waiting: Waiting): void {
  leave(tx, waiting);
  if (waiting.offeredUntil === null) return;
  const { checkIn: from, checkOut: to } = waiting.stay;
  tx.touchCalendar(call.now);
  tx.append({
    type: 'waitlist.left',
    at: call.now,
    actorKind: call.actorKind,
    actorId: null,
    data: { waitingId: waiting.id, calendar: [{ from, to, available: true }] },
    previous: null,
  });
  offerFreedNights(tx, call, waiting.stay);
}

function leave(tx: Transactor, { id: waitingId, stay, offeredUntil }: Waiting): void {
  if (offeredUntil !== null) tx.free(stay.checkIn);
  tx.setDue('offer', waitingId, null);
  tx.forgetWaiting(waitingId);
}
