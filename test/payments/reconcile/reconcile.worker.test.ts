import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Context } from '../../../src/context.ts';
import { DAY, HOUR, MINUTE } from '../../../src/kernel/clock.ts';
import { Fault } from '../../../src/kernel/errors.ts';
import type { PaymentProvider, ProviderRecord } from '../../../src/payments/ports.ts';
import type { OurTransfer } from '../../../src/payments/reconcile/discrepancy.ts';
import { keepDiscrepancies } from '../../../src/payments/reconcile/keep-discrepancies.ts';
import { readTransfers } from '../../../src/payments/reconcile/read-transfers.ts';
import { recheckDue } from '../../../src/payments/reconcile/recheck-discrepancies.ts';
import { MAX_RECORDS, reconcileRange } from '../../../src/payments/reconcile/reconcile-range.ts';
import { startSweep, sweepPayments } from '../../../src/payments/reconcile/sweep-payments.ts';
import { everything, request, testClock, testContext } from '../../worker/ground.ts';
import { person } from '../../worker/people.ts';
import { openTill, type Paid, tell } from './ground.ts';
import { recordOf } from './records.ts';

/** How the two books are laid beside each other, with a provider that says what a test wants it to. */
const clock = testClock(Date.now());
const now = () => clock.now();
const actor = { kind: 'system', job: 'queue:jobs' } as const;
const PATH = '/v1/staff/reconciliation';

let records: ProviderRecord[] = [];
let broken: readonly string[] = [];
let asked: string[] = [];
const provider = (name: 'stripe' | 'mpesa' = 'stripe'): PaymentProvider => ({
  ...({} as PaymentProvider),
  name,
  keeps: name === 'stripe' ? ['payment', 'refund', 'transfer', 'dispute'] : ['payment'],
  async *list({ from, to }) {
    if (broken.includes('list')) throw new Fault(name, new Error('is down'));
    if (name === 'stripe') yield records.filter(({ at }) => at >= from && at < to);
  },
  async trace(traced) {
    const { reference } = traced;
    asked.push(reference ?? '');
    if (traced.kind === 'transfer') return records.filter(({ effectId }) => effectId === traced.id);
    if (broken.includes(reference ?? '')) throw new Fault(name, new Error('is down'));
    return records.filter((one) => one.paymentReference === reference);
  },
});
const context = (messages: unknown[] = []): Context & { settle(): Promise<void> } => {
  const JOBS_QUEUE = { send: async (message: unknown) => void messages.push(message) } as never;
  const ctx = testContext({ clock, actor, bindings: { JOBS_QUEUE } });
  return { ...ctx, providers: { stripe: provider(), mpesa: provider('mpesa') } };
};
const reconcile = (name: 'stripe' | 'mpesa' = 'stripe') =>
  reconcileRange(context(), provider(name), { from: now() - DAY, to: now() }, readTransfers);
/** The messages of a sweep, one after the other, as they come. */
async function sweep(days: number | null, providers: Partial<Context['providers']> = {}) {
  const messages: { ranges: unknown[] }[] = [];
  const ctx = context(messages);
  await startSweep({ ...ctx, providers: { ...ctx.providers, ...providers } }, days, []);
  await ctx.settle();
  let most = 0;
  for (let message = messages.shift(); message; message = messages.shift()) {
    await sweepPayments(ctx, message, readTransfers);
    await ctx.settle();
    most = Math.max(most, message.ranges.length);
  }
  return most;
}

const kept = async () => {
  const { results } = await env.DB.prepare('SELECT * FROM discrepancy ORDER BY subject').all();
  return results as { kind: string; subject: string; first_seen_at: number; resolved_at: number | null }[];
};
const namesKept = async () => (await kept()).map(({ kind, subject }) => `${kind} ${subject}`);

const lineOf = ({ id, reference, amount }: Paid): ProviderRecord =>
  recordOf('payment', {
    ...{ reference: reference ?? '', paymentReference: reference, paymentId: id, at: now() - 2 * HOUR },
    ...{ amount, captured: amount, status: 'captured' },
  });
const till = await openTill(7);
let count = 0;
const paid = (more: Partial<Paid> = {}): Paid => {
  const begun = till.begin();
  const fate = { kind: 'taken' } as const;
  const own = { ...begun, reference: `pi_${count++}${begun.id}`, createdAt: now() - 2 * HOUR, fate };
  return tell({ ...own, ...more }, { authorized: true, captured: own.amount });
};

beforeEach(() => {
  [records, broken, asked] = [[], [], []];
});
afterEach(() =>
  env.DB.batch(
    ['discrepancy', 'payment', 'ledger_entry', 'unmatched_event', 'sweep', 'outbox'].map((table) =>
      env.DB.prepare(`DELETE FROM ${table}`),
    ),
  ),
);

test('what is alike costs a trip to D1 for payments and one for payouts, and nobody is asked about it', async () => {
  const all = [paid(), paid(), paid()];
  await till.write(all);
  records = all.map(lineOf);
  const ctx = context();
  await reconcileRange(ctx, provider(), { from: now() - DAY, to: now() }, readTransfers);
  expect(asked).toEqual([]);
  expect(ctx.tally).toMatchObject({ d1Trips: 2, bookHops: 0 });
  expect(await kept()).toEqual([]);
});

test('a copy in D1 that lags behind its book alarms nobody', async () => {
  const [lost, old] = [paid(), paid()];
  await till.write([lost, old]);
  records = [lost, old].map(lineOf);
  await env.DB.prepare('DELETE FROM payment WHERE id = ?').bind(lost.id).run();
  await env.DB.prepare("UPDATE payment SET value = json_set(value, '$.told.captured', 0) WHERE id = ?")
    .bind(old.id)
    .run();
  await reconcile();
  expect(asked.length).toBeGreaterThan(0);
  expect(await kept()).toEqual([]);
});

test('what a provider told of and nobody knew is looked for there', async () => {
  const body = { kind: 'captured', paymentId: null, reference: 'pi_stranger' };
  await env.DB.prepare('INSERT INTO unmatched_event VALUES (?, ?, ?, ?, ?)')
    .bind('stripe', 'evt_1', 'no_payment', JSON.stringify(body), now() - HOUR)
    .run();
  const stranger = lineOf({ ...paid(), reference: 'pi_stranger' });
  // It was begun long ago.
  records = [{ ...stranger, paymentId: null, at: now() - 90 * DAY }];
  await reconcile();
  expect(await namesKept()).toEqual(['payment_missing_here pi_stranger']);
});

test('money for a host that a list does not show is asked for by its key', async () => {
  const transfers: OurTransfer[] = ['old', 'gone'].map((name) => ({
    ...{ id: `pyo_${name}`, effectId: `bkg_${name}-payout-0`, amount: 6_000, currency: 'KES' },
    ...{ reference: `tr_${name}`, status: 'paid', at: now() - HOUR },
  }));
  records = [
    recordOf('transfer', {
      ...{ reference: 'tr_old', paymentReference: null, effectId: 'bkg_old-payout-0' },
      ...{ amount: 6_000, status: 'paid', at: now() - 9 * DAY },
    }),
  ];
  const range = { from: now() - DAY, to: now() };
  await reconcileRange(context(), provider(), range, async () => transfers);
  expect(await namesKept()).toEqual(['transfer_differs bkg_gone-payout-0']);
});

test('a wallet without a list is asked about each payment, and about nothing it does not tell', async () => {
  const [good, bad] = [paid({ provider: 'mpesa' }), paid({ provider: 'mpesa' })];
  await till.write([tell(good, { refunds: { SGR7: 500 } }), bad]);
  const unsaid = (one: Paid) => ({ ...lineOf(one), amount: null, captured: null, at: 0 });
  records = [unsaid(good), { ...unsaid(bad), status: 'failed' }];
  await reconcile('mpesa');
  expect(asked.toSorted()).toEqual([good.reference, bad.reference].toSorted());
  expect(await namesKept()).toEqual([`captured_here_only ${bad.id}`]);
});

test('a payment that can not be asked about holds up no other, and comes again', async () => {
  const [quiet, other] = [paid(), paid()];
  await till.write([quiet, other]);
  broken = [quiet.reference ?? ''];
  await reconcile();
  expect(await namesKept()).toEqual([`payment_missing_there ${other.id}`]);
  broken = [];
  await reconcile();
  expect(await namesKept()).toEqual(
    [quiet.id, other.id].toSorted().map((id) => `payment_missing_there ${id}`),
  );
});

test('a provider that does not answer at all is a failure, and not an empty book', async () => {
  await till.write([paid()]);
  broken = ['list'];
  await expect(reconcile()).rejects.toThrow('stripe');
  expect(await kept()).toEqual([]);
});

test('too much for one message is parted, and nothing is lost or seen twice', async () => {
  const many = MAX_RECORDS * 2 + 300;
  records = Array.from({ length: many }, (_, index) =>
    recordOf('payment', {
      ...{ reference: `pi_${index}`, paymentReference: `pi_${index}`, at: now() - 2 * HOUR - index * MINUTE },
      ...{ amount: 100, captured: 0, status: index % 400 === 0 ? 'authorized' : 'voided' },
    }),
  );
  expect(await sweep(3, { mpesa: null })).toBeGreaterThan(1);
  const { results } = await env.DB.prepare('SELECT cursor FROM sweep').all<{ cursor: string }>();
  expect(JSON.parse(results[0]?.cursor ?? '')).toMatchObject({ checked: many, found: 6 });
  expect((await kept()).length).toBe(6);
});

test('what is younger than an hour may be on its way, and is left for the next time', async () => {
  const young = paid({ createdAt: now() - HOUR + MINUTE });
  await till.write([young]);
  await sweep(null);
  expect([asked, await kept()]).toEqual([[], []]);
  clock.advance(MINUTE + 1);
  await sweep(null);
  expect(await namesKept()).toEqual([`payment_missing_there ${young.id}`]);
});

test('a message that comes twice finds what it found', async () => {
  await till.write([paid()]);
  const messages: unknown[] = [];
  const ctx = context(messages);
  await startSweep(ctx, null, []);
  await ctx.settle();
  const [message] = messages;
  await sweepPayments(ctx, message, readTransfers);
  const before = await kept();
  clock.advance(MINUTE);
  await sweepPayments(ctx, message, readTransfers);
  expect(await kept()).toEqual(before);
  expect(before).toHaveLength(1);
});

test('a doubt that was nothing is forgotten; what was true is closed, and opens again as new', async () => {
  const [brief, real] = [paid(), paid()];
  await till.write([brief, real]);
  await reconcile();
  records = [lineOf(brief)];
  clock.advance(HOUR);
  const recheck = () => recheckDue(context(), readTransfers);
  expect(await recheck()).toBe(2);
  expect(await namesKept()).toEqual([`payment_missing_there ${real.id}`]);
  expect(await recheck()).toBe(0);

  records = [lineOf(real)];
  clock.advance(HOUR);
  await recheck();
  const [closed] = await kept();
  expect(closed?.resolved_at).toBe(now());
  clock.advance(HOUR);
  expect(await recheck()).toBe(0);
  const again = {
    ...({ kind: 'payment_missing_there', subject: real.id, paymentId: real.id } as const),
    ...{ reference: real.reference, ours: null, theirs: null },
  };
  await keepDiscrepancies(context(), 'stripe', [again]);
  const [opened] = await kept();
  expect([opened?.resolved_at, opened?.first_seen_at]).toEqual([null, now()]);
});

test('staff with a second factor see what differs and since when, a page at a time', async () => {
  const at = Date.now();
  const staff = await person(`staff-${at}`, { roles: ['staff'], mfa: true });
  const get = async (query = '') => {
    const headers = { authorization: `Bearer ${staff.token}` };
    const answer = await request(`${PATH}${query}`, { headers });
    return {
      status: answer.status,
      body: (await answer.json()) as never as { data: object[]; nextCursor: string },
    };
  };
  const plant = (id: string, first: number, last: number, resolved: number | null) =>
    env.DB.prepare('INSERT INTO discrepancy VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .bind(
        id,
        'stripe',
        'amount_differs',
        id,
        'pay_1',
        'pi_1',
        100,
        'KES',
        101,
        'KES',
        first,
        last,
        resolved,
      )
      .run();
  await plant('dsc_1', at - 3 * HOUR, at - HOUR, null);
  await plant('dsc_2', at - 2 * HOUR, at, null);
  await plant('dsc_3', at - 2 * HOUR, at - HOUR - 1, null);
  await plant('dsc_4', at - 4 * HOUR, at - 2 * HOUR, at - HOUR);
  const first = await get('?limit=1');
  expect(first.body.data).toMatchObject([
    {
      ...{ id: 'dsc_1', provider: 'stripe', kind: 'amount_differs', status: 'open', subject: 'dsc_1' },
      ...{
        ours: { amount: 100, currency: 'KES' },
        theirs: { amount: 101, currency: 'KES' },
        resolvedAt: null,
      },
      ...{ firstSeenAt: new Date(at - 3 * HOUR).toISOString() },
    },
  ]);
  expect(
    Math.abs(Number((first.body.data as { ageSeconds: number }[])[0]?.ageSeconds) - 10_800),
  ).toBeLessThan(60);
  const second = await get(`?limit=1&cursor=${first.body.nextCursor}`);
  expect([second.body.data, second.body.nextCursor]).toMatchObject([[{ id: 'dsc_2' }], null]);
  expect((await get('?status=suspected')).body.data).toMatchObject([{ id: 'dsc_3', status: 'suspected' }]);
  expect((await get('?status=resolved')).body.data).toMatchObject([{ id: 'dsc_4', ageSeconds: 10_800 }]);
  expect((await get('?kind=captured_twice')).body.data).toEqual([]);
  expect((await get(`?cursor=${first.body.nextCursor}&status=resolved`)).status).toBe(400);
});

test('staff start it with a trace of who did, and nobody else does', async () => {
  const [staff, unsure, guest] = await Promise.all([
    person(`staff-${crypto.randomUUID()}`, { roles: ['staff'], mfa: true }),
    person(`unsure-${crypto.randomUUID()}`, { roles: ['staff'] }),
    person(`guest-${crypto.randomUUID()}`),
  ]);
  const sent: unknown[] = [];
  const JOBS_QUEUE = { send: async (message: unknown) => void sent.push(message) };
  const post = async (token: string | null, json?: unknown) => {
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    const answer = await request(PATH, { method: 'POST', headers, json, bindings: { JOBS_QUEUE } });
    return [answer.status, ((await answer.json()) as { code?: string }).code];
  };
  const before = await everything();
  expect(await post(null, {})).toEqual([401, 'auth.required']);
  expect(await post(guest.token, {})).toEqual([403, 'auth.forbidden']);
  expect(await post(unsure.token, {})).toEqual([403, 'auth.second_factor_required']);
  for (const wrong of [{ days: 0 }, { days: 367 }, { days: '3' }, { from: 1 }])
    expect(await post(staff.token, wrong)).toEqual([400, 'request.invalid']);
  expect([await everything(), sent]).toEqual([before, []]);

  expect(await post(staff.token, { days: 3 })).toEqual([202, undefined]);
  expect(sent).toMatchObject([{ kind: 'reconcile_payments', checked: 0 }]);
  const [{ ranges }] = sent as [{ ranges: { provider: string; from: number; to: number }[] }];
  expect(ranges.map(({ provider: name, from, to }) => [name, to - from])).toEqual([
    ['stripe', 3 * DAY],
    ['mpesa', 3 * DAY],
  ]);
  const audits = await env.DB.prepare(
    "SELECT actor_id, data FROM audit WHERE action = 'payments.reconciled'",
  ).all();
  expect(audits.results).toEqual([{ actor_id: staff.actor.accountId, data: '{"days":3}' }]);
});
