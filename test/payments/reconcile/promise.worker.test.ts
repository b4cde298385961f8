import { env } from 'cloudflare:workers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Context } from '../../../src/context.ts';
import type { SessionActor } from '../../../src/kernel/actor.ts';
import { DAY, HOUR } from '../../../src/kernel/clock.ts';
import { DISCREPANCY_KINDS, type DiscrepancyKind } from '../../../src/payments/reconcile/discrepancy.ts';
import { listDiscrepancies } from '../../../src/payments/reconcile/list-discrepancies.ts';
import { recheckDiscrepancies } from '../../../src/payments/reconcile/recheck-discrepancies.ts';
import { startSweep, sweepPayments } from '../../../src/payments/reconcile/sweep-payments.ts';
import { testContext } from '../../worker/ground.ts';
import { listen, openTill, type Paid, readerOf, silence, stripe, tell } from './ground.ts';

/**
 * The promise that every discrepancy is found, and nothing else: healthy payments of every shape, and in between
 * twelve kinds of trouble, twenty times each.
 */
const SEED = Number(process.env.SEED ?? 20_261_121);
const EACH = 20;
const HEALTHY = 220;
const AT_ONCE = 8;
/** For a machine that does many other things. */
const PATIENCE_MS = 300_000;

/** What was planted: what it has to be found as, and how it is mended. */
type Planted = { readonly kind: DiscrepancyKind; readonly subject: string; mend(): Promise<unknown> };
type Till = Awaited<ReturnType<typeof openTill>>;

let offsetMs = 2 * HOUR;
const clock = { now: () => Date.now() + offsetMs };
const STAFF: SessionActor = {
  ...{ kind: 'session', accountId: 'usr_staff', sessionId: 'ses_staff', isHost: false, roles: ['staff'] },
  ...{ mfa: true, authenticatedAt: 0 },
};

let till: Till;
let planted: Planted[];
beforeAll(async () => {
  await silence();
  till = await openTill(SEED);
  await inTurns(HEALTHY, (index) => HEALTHY_SHAPES[index % HEALTHY_SHAPES.length]?.(till));
  planted = [];
  await inTurns(EACH * DISCREPANCY_KINDS.length, async (index) => {
    const kind = DISCREPANCY_KINDS[index % DISCREPANCY_KINDS.length] as DiscrepancyKind;
    planted.push({ kind, ...(await PLANT[kind](till, Math.floor(index / DISCREPANCY_KINDS.length))) });
  });
}, PATIENCE_MS);
afterAll(listen);

async function inTurns(count: number, work: (index: number) => unknown): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const written = async <T extends Paid>(payment: T): Promise<T> => {
  await till.write([payment]);
  return payment;
};

const HEALTHY_SHAPES: readonly ((till: Till) => Promise<unknown>)[] = [
  async (till) => written(await till.paid()),
  async (till) => written(await till.waiting()),
  async (till) => written(await till.held()),
  async (till) => written(await till.refunded()),
  async (till) => written(await till.refunded(1)),
  async (till) => {
    const held = await till.held();
    await stripe.paymentIntents.cancel(held.reference as string);
    return written(tell({ ...held, fate: { kind: 'returned', why: 'let_go' } }, { voided: true }));
  },
  async (till) => {
    const begun = await till.waiting();
    await till.play(begun.id, 'fail');
    return written(tell(begun, { failed: true }));
  },
  async (till) => {
    const paid = await till.paid();
    const dispute = await till.dispute(paid);
    return written(tell(paid, { disputes: { [dispute]: { amount: paid.amount, outcome: 'open' } } }));
  },
  async (till) => {
    const paid = await till.refunded();
    const dispute = await till.dispute(paid);
    await till.play(paid.id, 'lose_dispute');
    return written(tell(paid, { disputes: { [dispute]: { amount: paid.amount, outcome: 'lost' } } }));
  },
  async (till) => {
    const { refundId, ...paid } = await till.refunded();
    await till.play(paid.id, 'fail_refund');
    return written(tell(paid, { failedRefunds: { [refundId]: paid.told.refunds[refundId] ?? 0 } }));
  },
  async (till) => {
    const paid = await written(await till.paid());
    const transfer = await till.transfer(paid, Math.floor(paid.amount * 0.8));
    till.transfers.set(transfer.id, transfer);
  },
];

type Plant = (till: Till, index: number) => Promise<Omit<Planted, 'kind'>>;

const PLANT: Readonly<Record<DiscrepancyKind, Plant>> = {
  async payment_missing_here(till, index) {
    const paid = index % 2 === 0 ? await till.paid() : await till.held();
    return { subject: paid.reference as string, mend: () => till.write([paid]) };
  },
  async payment_missing_there(till) {
    const begun = till.begin();
    const reference = `pi_gone${begun.id.slice(-12)}${begun.createdAt}${till.chance.below(1e9)}`;
    const paid = await written(
      tell({ ...begun, reference, fate: { kind: 'taken' } }, { captured: begun.amount }),
    );
    const mend = () => till.write([tell(paid, { captured: 0, voided: true })]);
    return { subject: paid.id, mend };
  },
  async amount_differs(till, index) {
    const paid = await till.paid();
    const less = { ...paid, amount: paid.amount - 1 };
    await till.write([index % 2 === 0 ? less : tell(paid, { captured: paid.amount - 1 })]);
    return { subject: paid.id, mend: () => till.write([{ ...paid, version: 99 }]) };
  },
  async currency_differs(till) {
    const paid = await till.paid();
    await till.write([{ ...paid, currency: 'USD' }]);
    return { subject: paid.id, mend: () => till.write([{ ...paid, version: 99 }]) };
  },
  async captured_there_only(till) {
    const paid = await till.paid();
    await till.write([tell(paid, { captured: 0 })]);
    return { subject: paid.id, mend: () => till.write([{ ...paid, version: 99 }]) };
  },
  async captured_here_only(till) {
    const held = await till.held();
    await till.write([tell({ ...held, fate: { kind: 'taken' } }, { captured: held.amount })]);
    return { subject: held.id, mend: () => till.capture(held.reference as string) };
  },
  async captured_twice(till) {
    const paid = await written(await till.paid());
    const again = await till.ask(paid);
    await till.play(paid.id, 'succeed');
    await till.capture(again);
    return { subject: again, mend: () => stripe.refunds.create({ payment_intent: again }) };
  },
  async refund_missing_here(till) {
    const paid = await written(await till.paid());
    const refundId = await till.refund(paid, 700);
    return { subject: refundId, mend: () => till.write([tell(paid, { refunds: { [refundId]: 700 } })]) };
  },
  async refund_missing_there(till, index) {
    const paid = await till.paid();
    const refundId = `re_gone${paid.id.slice(-12)}${index}`;
    if (index % 2 === 0) await till.write([tell(paid, { refunds: { [refundId]: 700 } })]);
    else await till.write([{ ...paid, fate: { kind: 'returned', why: 'nights_taken' } }]);
    return {
      subject: index % 2 === 0 ? refundId : paid.id,
      mend: () => till.write([{ ...paid, version: 99 }]),
    };
  },
  async refund_amount_differs(till) {
    const paid = await till.refunded();
    const [amount = 0] = Object.values(paid.told.refunds);
    await till.write([tell(paid, { refunds: { [paid.refundId]: amount + 1 } })]);
    return { subject: paid.refundId, mend: () => till.write([{ ...paid, version: 99 }]) };
  },
  async transfer_differs(till, index) {
    const paid = await written(await till.paid());
    const transfer = await till.transfer(paid, 500);
    const { id, effectId, reference } = transfer;
    const keep = async (one: typeof transfer) => void till.transfers.set(id, one);
    const reverse = (of: string | null) => stripe.transfers.createReversal(of as string);
    switch (index % 5) {
      case 0:
        return { subject: effectId, mend: () => keep(transfer) };
      case 1:
        await keep({ ...transfer, amount: 501 });
        return { subject: effectId, mend: () => keep(transfer) };
      case 2:
        await keep({ ...transfer, status: 'failed' });
        return { subject: effectId, mend: () => reverse(reference) };
      case 3:
        await keep(transfer);
        await reverse(reference);
        return { subject: effectId, mend: () => keep({ ...transfer, status: 'failed' }) };
      default: {
        await keep(transfer);
        const again = await till.transfer(paid, 500, 'r1');
        return { subject: again.effectId, mend: () => reverse(again.reference) };
      }
    }
  },
  async dispute_unknown_here(till, index) {
    const paid = await written(await till.paid());
    const dispute = await till.dispute(paid);
    const knows = (outcome: 'open' | 'lost') =>
      tell(paid, { disputes: { [dispute]: { amount: paid.amount, outcome } } });
    if (index % 2 === 0) return { subject: dispute, mend: () => till.write([knows('open')]) };
    await till.write([knows('open')]);
    await till.play(paid.id, 'lose_dispute');
    return { subject: dispute, mend: () => till.write([{ ...knows('lost'), version: 99 }]) };
  },
};

/** The daily job, message for message. */
async function sweep() {
  const messages: unknown[] = [];
  const JOBS_QUEUE = { send: async (message: unknown) => void messages.push(message) } as never;
  const actor = { kind: 'system', job: 'queue:jobs' } as const;
  const ctx = testContext({ clock, actor, bindings: { JOBS_QUEUE } });
  await startSweep(ctx, null, []);
  await ctx.settle();
  for (let message = messages.shift(); message; message = messages.shift()) {
    await sweepPayments(ctx, message, readerOf(till.transfers));
    await ctx.settle();
  }
  const { results } = await env.DB.prepare("SELECT cursor FROM sweep WHERE name = 'reconciliation'").all();
  return JSON.parse(String(results[0]?.cursor));
}

const recheck = () => {
  const ctx = testContext({ clock, actor: { kind: 'system', job: 'cron:recheckPayments' } });
  const due = { before: clock.now() - HOUR, limit: 1_000 };
  return recheckDiscrepancies(ctx, due, readerOf(till.transfers));
};

async function shown(status: 'suspected' | 'open' | 'resolved') {
  const ctx: Context = testContext({ clock, actor: STAFF });
  const all: { kind: DiscrepancyKind; subject: string }[] = [];
  let cursor: string | undefined;
  do {
    const page = await listDiscrepancies(ctx, { limit: 100, cursor, status, kind: undefined });
    all.push(...page.data);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return all.map(named).sort();
}
const named = ({ kind, subject }: { kind: string; subject: string }) => `${kind} ${subject}`;

test(
  'P19: of twelve kinds twenty times each every one is found, nothing else is, and what is mended is closed',
  async () => {
    const wanted = planted.map(named).sort();
    expect(wanted).toHaveLength(EACH * DISCREPANCY_KINDS.length);
    expect(new Set(wanted).size).toBe(wanted.length);

    const first = await sweep();
    expect(first.checked).toBeGreaterThan(HEALTHY + wanted.length);
    expect(await shown('suspected')).toEqual(wanted);
    expect(await shown('open')).toEqual([]);

    offsetMs += HOUR;
    expect(await recheck()).toBe(wanted.length);
    expect(await shown('open')).toEqual(wanted);
    expect(await shown('suspected')).toEqual([]);

    offsetMs += DAY;
    await sweep();
    expect(await shown('open')).toEqual(wanted);
    expect(await shown('suspected')).toEqual([]);

    for (const { mend } of planted) await mend();
    offsetMs += HOUR;
    await recheck();
    expect(await shown('open')).toEqual([]);
    expect(await shown('resolved')).toEqual(wanted);
    await sweep();
    expect([await shown('suspected'), await shown('open')]).toEqual([[], []]);
  },
  PATIENCE_MS,
);
