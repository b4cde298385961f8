import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, expect, test, vi } from 'vitest';
import type { Call } from '../../src/book/index.ts';
import { balances } from '../../src/book/money/ledger.ts';
import type { PropertyBook } from '../../src/index.ts';
import type { Role } from '../../src/kernel/actor.ts';
import { newId } from '../../src/kernel/ids.ts';
import { callBy, type Stub, system } from '../book/ground.ts';
import { readMoney } from '../book/sim/check-payments.ts';
import {
  ask,
  confirmed,
  inDays,
  type Json,
  newGuest,
  newHost,
  now,
  type Person,
  place,
  refused,
  told,
} from '../bookings/ground.ts';
import { everything } from '../worker/ground.ts';
import { person } from '../worker/people.ts';

const STAFF = { roles: ['staff' satisfies Role] as Role[], mfa: true };
let host: Person;
let staff: Person;
beforeAll(async () => {
  host = await newHost();
  staff = await person(`staff-${crypto.randomUUID()}`, STAFF);
});

const moneyOf = (book: Stub) => runInDurableObject(book, (_, { storage }) => readMoney(storage));
const parked = async (query = '') =>
  (await ask('GET', `/v1/staff/effects${query}`, { as: staff })).body as Json;
const retry = (as: Person | undefined, id: string, json: unknown = { reason: 'The phone is on again' }) =>
  ask('POST', `/v1/staff/effects/${id}/retry`, { as, json });
const auditOf = async (action: string) =>
  (await env.DB.prepare('SELECT * FROM audit WHERE action = ?').bind(action).all<Json>()).results;

/** A booking that the host has cancelled, and whose money M-Pesa has refused to give back, in one breath. */
async function refusedRefund(guest: Person, isHeard = false) {
  const { id: propertyId, book } = await place(host, 'instant', isHeard);
  const { id, total } = await confirmed(guest, propertyId, inDays(10));
  const call = { ...callBy(host.actor.accountId), now: now() };
  const effectId = await runInDurableObject<PropertyBook, string>(book, (own, { storage }) => {
    own.cancelBooking(call, { bookingId: id, reason: null }, null);
    const [effect] = readMoney(storage).effects;
    if (!effect) throw new Error('Nothing is given back');
    own.settleEffect(system(now()), {
      ...{ paymentId: effect.paymentId, key: effect.key },
      result: { kind: 'refused', code: 'phone_switched_off' },
    });
    return effect.id;
  });
  await told(book);
  return { book, id, total, effectId };
}

test('a refund that a provider refused is shown to staff, asked for anew by them, and then shown no more', async () => {
  const guest = await newGuest();
  const { book, id, total, effectId } = await refusedRefund(guest, true);
  const before = (await moneyOf(book)).effects[0];
  const shown = (await parked()).data.find((one: Json) => one.id === effectId);
  expect(shown).toMatchObject({
    ...{ bookingId: id, paymentId: before?.paymentId, kind: 'refund', provider: 'mpesa', amount: total },
    ...{ state: 'refused', result: 'phone_switched_off', asks: 1 },
  });

  const again = await retry(staff, effectId);
  expect([again.status, again.body.state], again.text).toEqual([200, 'sent']);
  // Nobody knows the phone, so it is refused again, under its new name.
  const second = await vi.waitFor(async () => {
    const [effect, ...others] = (await moneyOf(book)).effects;
    expect([effect?.state, others]).toEqual(['refused', []]);
    return effect;
  });
  expect(second).toMatchObject({ key: `${before?.key}-again`, result: 'phone_not_payable' });
  await told(book);
  expect((await parked()).data).toContainEqual({ ...shown, result: 'phone_not_payable' });

  const call: Call = { ...callBy(staff.actor.accountId), now: now(), actorKind: 'staff' };
  await runInDurableObject<PropertyBook, void>(book, (own) => {
    own.retryEffect(call, { effectId, reason: 'Once more' });
    const settled = { paymentId: String(before?.paymentId), key: `${before?.key}-again-again` };
    own.settleEffect(system(now()), { ...settled, result: { kind: 'done', reference: 'QK1' } });
  });
  const { entries, payments } = await moneyOf(book);
  expect(payments[0]?.told.refunds).toEqual({ QK1: total.amount });
  expect(balances(entries)).toMatchObject({ guest: 0, provider: 0 });
  await told(book);
  expect((await parked()).data.some((one: Json) => one.id === effectId)).toBe(false);
  const rows = (await auditOf('effect.retried')).filter(({ data }) => JSON.parse(data).effectId === effectId);
  expect(rows).toMatchObject([{ actor_kind: 'staff', actor_id: staff.actor.accountId }, {}]);
  expect(JSON.parse(rows[0]?.data)).toMatchObject({ reason: 'The phone is on again' });
  await refused(book, [409, 'payments.effect_settled'], () => retry(staff, effectId));
});

test('staff walk the list page by page, the oldest first, and each refused effect is there once', async () => {
  const guest = await newGuest();
  for (let count = 0; count < 3; count++) await refusedRefund(guest);
  const ids: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Json = await parked(
      `?limit=1${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
    );
    ids.push(...page.data.map(({ id }: Json) => id));
    cursor = page.nextCursor;
  }
  expect(ids.length).toBeGreaterThanOrEqual(3);
  expect(new Set(ids).size).toBe(ids.length);
  expect((await ask('GET', '/v1/staff/effects?cursor=x', { as: staff })).status).toBe(400);
});

test('nobody but staff with a second factor retries, and none of them in a case of their own', async () => {
  const lodger = await person(`lodger-${crypto.randomUUID()}`, STAFF);
  const { book, effectId } = await refusedRefund(lodger);
  await refused(book, [401, 'auth.required'], () => retry(undefined, effectId));
  await refused(book, [403, 'auth.forbidden'], () => retry(host, effectId));
  const oneFactor = await person(`one-factor-${crypto.randomUUID()}`, { ...STAFF, mfa: false });
  await refused(book, [403, 'auth.second_factor_required'], () => retry(oneFactor, effectId));
  await refused(book, [403, 'bookings.own_booking'], () => retry(lodger, effectId));
  await refused(book, [400, 'request.invalid'], () => retry(staff, effectId, {}));
  const unknown = effectId.replace(/.{10}(?=.{26}$)/, '0000000000');
  await refused(book, [404, 'payments.effect_not_found'], () => retry(staff, unknown));
});

test('what staff give back is the marketplace’s to bear first, once for each key, and in the trail', async () => {
  const guest = await newGuest();
  const { id: propertyId, book } = await place(host);
  const { id, total } = await confirmed(guest, propertyId, inDays(10));
  const before = balances((await moneyOf(book)).entries);
  const give = (as: Person, amount: number, key: string = crypto.randomUUID()) =>
    ask('POST', `/v1/staff/bookings/${id}/refund`, { as, key, json: { amount, reason: 'No water' } });
  const amount = -before.fees + 5_000;
  const given = await give(staff, amount, 'once');
  expect([given.status, given.body.payment.refunded.amount], given.text).toEqual([201, amount]);
  const again = await give(staff, amount, 'once');
  expect([again.text, again.headers.get('idempotent-replayed')]).toEqual([given.text, 'true']);
  expect(balances((await moneyOf(book)).entries)).toMatchObject({
    ...{ fees: 0, host: before.host + 5_000, taxes: before.taxes, guest: -amount },
  });
  await refused(book, [409, 'payments.refund_too_large'], () => give(staff, total.amount));
  await refused(book, [403, 'auth.forbidden'], () => give(host, 1_000));
  await told(book);
  const rows = (await auditOf('booking.refunded')).filter(({ subject }) => subject === propertyId);
  expect(rows).toMatchObject([{ actor_kind: 'staff', actor_id: staff.actor.accountId }]);
  expect(JSON.parse(rows[0]?.data)).toMatchObject({ bookingId: id, by: 'staff', amount, reason: 'No water' });
});

test('a dead letter is shown without what it carries, and goes back into its queue once', async () => {
  const id = newId('dlt', now());
  const body = { id: 'out_dead', kind: 'nothing', secret: 'of nobody’s concern' };
  await env.DB.prepare('INSERT INTO dead_letter (id, queue, message_id, body, at) VALUES (?, ?, ?, ?, ?)')
    .bind(id, 'effects', crypto.randomUUID(), JSON.stringify(body), now())
    .run();
  const listed = await ask('GET', '/v1/staff/dead-letters', { as: staff });
  expect(listed.body.data).toContainEqual({
    ...{ id, queue: 'effects', kind: 'nothing', subject: 'out_dead', at: expect.any(String) },
  });
  expect(listed.text).not.toContain('concern');

  const sent: unknown[] = [];
  const queue = { send: async (message: unknown) => void sent.push(message) };
  const replay = (as: Person | undefined) =>
    ask('POST', `/v1/staff/dead-letters/${id}/replay`, {
      ...{ as, json: { reason: 'Mended' }, bindings: { EFFECTS_QUEUE: queue } },
    });
  const nothing = await everything();
  for (const as of [undefined, host]) expect((await replay(as)).status).toBe(as ? 403 : 401);
  expect([sent, await everything()]).toEqual([[], nothing]);

  const both = await Promise.all([replay(staff), replay(staff)]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 404]);
  expect(sent).toEqual([{ ...body, id }]);
  const { dead_letter: left, outbox } = await everything();
  expect([left, outbox]).toEqual([[], []]);
  const rows = (await auditOf('dead_letter.replayed')).filter(({ subject }) => subject === id);
  expect(rows).toMatchObject([{ reason: 'Mended', actor_id: staff.actor.accountId }]);
});
