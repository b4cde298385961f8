import { eq } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import { idPatternWithin, propertyIdOf } from '../../kernel/ids.ts';
import { callOf } from '../../properties/index.ts';
import type { PaymentProvider, ProviderName, ProviderRecord } from '../ports.ts';
import { payment } from '../tables.ts';
import { comparePayment } from './compare-payment.ts';
import type { Discrepancy, OurPayment } from './discrepancy.ts';
import type { Suspect } from './find-suspects.ts';

const PAYMENT_ID = idPatternWithin('pay');

/** Asks both who know for certain: the provider for all it has of a payment, and then the payment's book. */
export async function investigate(
  ctx: Context,
  provider: PaymentProvider,
  { paymentId, references }: Suspect,
): Promise<Discrepancy[]> {
  const trace = (reference: string) => provider.trace({ kind: 'payment', id: paymentId ?? '', reference });
  const theirs = (await Promise.all([...references].map(trace))).flat();
  const id = paymentId ?? (await findName(ctx, [...references], theirs));
  const ours = id === null ? null : await readOurs(ctx, provider.name, id);
  const own = ours?.reference ?? null;
  if (own !== null && !references.has(own)) theirs.push(...(await trace(own)));
  return comparePayment(ours, theirs, provider.keeps);
}

/** By what the provider calls it, or what was written on it there, which may be anything. */
async function findName(
  { db }: Pick<Context, 'db'>,
  [reference = '']: readonly string[],
  theirs: readonly ProviderRecord[],
): Promise<string | null> {
  const [known] = await db.select({ id: payment.id }).from(payment).where(eq(payment.reference, reference));
  const written = theirs.find((one) => one.paymentId !== null && PAYMENT_ID.test(one.paymentId));
  return known?.id ?? written?.paymentId ?? null;
}

async function readOurs(ctx: Context, provider: ProviderName, id: string): Promise<OurPayment | null> {
  const kept = await ctx.books.of(propertyIdOf(id)).readPayment(callOf(ctx), id);
  return kept.ok && kept.value.provider === provider ? kept.value : null;
}
