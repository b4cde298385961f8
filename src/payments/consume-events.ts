import type { PaymentEvent } from '../book/index.ts';
import type { Context } from '../context.ts';
import { idPatternWithin, propertyIdOf } from '../kernel/ids.ts';
import { z } from '../kernel/zod.ts';
import { callOf } from '../properties/index.ts';
import { hearMpesa } from './hear-mpesa.ts';
import { keepUnmatched, type Unmatched } from './keep-unmatched.ts';
import { type Matches, matchEvents } from './match-events.ts';
import type { ProviderEvent } from './ports.ts';

/** A message, and what became of it: null when it is done, and else why it has to come again. */
type Result = Error | null;
type Told = {
  readonly index: number;
  readonly event: ProviderEvent | PaymentEvent;
  readonly paymentReference: string | null;
};
type Sorted = { readonly index: number; readonly event: PaymentEvent };

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;
const Message = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('event'),
    event: z.custom<ProviderEvent>(isObject),
    paymentReference: z.string().nullable(),
  }),
  z.object({ kind: z.literal('mpesa'), token: z.string(), text: z.string() }),
]);
const PAYMENT_ID = idPatternWithin('pay');

/**
 * Everything that providers told, together: one hop to each book that is concerned, two trips to D1 at most, and
 * what one message comes to is no other's concern.
 */
export async function consumeProviderEvents(ctx: Context, messages: readonly unknown[]): Promise<Result[]> {
  const results = messages.map((): Result => null);
  const fail = (of: readonly { index: number }[], error: unknown) => {
    for (const { index } of of) results[index] = error as Error;
  };
  const heard = await Promise.all(
    messages.map((message, index) =>
      hear(ctx, message).then(
        (told) => told && { index, ...told },
        (error) => void fail([{ index }], error),
      ),
    ),
  );
  const told = heard.flatMap((one) => one ?? []);

  let matches: Matches;
  try {
    matches = await matchEvents(
      ctx,
      told.map(({ event, paymentReference }) => ({ ...event, paymentReference })),
    );
  } catch (error) {
    fail(told, error);
    return results;
  }
  const { sorted, unmatched } = sort(told, matches);
  const ofBook = Map.groupBy(sorted, ({ event }) => propertyIdOf(event.paymentId));
  await Promise.all(
    [...ofBook].map(async ([propertyId, own]) => {
      const events = own.map(({ event }) => event);
      await tellBook(ctx, propertyId, events).then(
        (others) => unmatched.push(...others),
        (error) => fail(own, error),
      );
    }),
  );
  await keepUnmatched(ctx, unmatched);
  return results;
}

async function hear(ctx: Context, message: unknown): Promise<Omit<Told, 'index'> | null> {
  const said = Message.parse(message);
  if (said.kind === 'event') return { event: said.event, paymentReference: said.paymentReference };
  const event = await hearMpesa(ctx, said);
  return event && { event, paymentReference: null };
}

/** By what is ours and what is nobody's. */
function sort(told: readonly Told[], { usedReceipts, paymentIds }: Matches) {
  const sorted: Sorted[] = [];
  const unmatched: Unmatched[] = [];
  for (const { index, event } of told) {
    const { kind } = event;
    const paymentId = event.paymentId ?? paymentIds.get(event.eventId) ?? null;
    if (kind === 'transfer_failed' || paymentId === null || !PAYMENT_ID.test(paymentId))
      unmatched.push({ event, reason: 'no_payment' });
    else if (usedReceipts.has(event.eventId)) unmatched.push({ event, reason: 'receipt_used' });
    else sorted.push({ index, event: { ...event, kind, paymentId } });
  }
  return { sorted, unmatched };
}

async function tellBook(
  ctx: Context,
  propertyId: string,
  events: readonly PaymentEvent[],
): Promise<Unmatched[]> {
  const outcome = await ctx.books.of(propertyId).applyPaymentEvents(callOf(ctx), events);
  if (!outcome.ok) return events.map((event) => ({ event, reason: outcome.refusal }));
  return outcome.value.flatMap(({ eventId, result, why }): Unmatched[] => {
    const event = events.find((one) => one.eventId === eventId);
    if (result === 'returned') ctx.log.warn('payment.returned', { paymentId: event?.paymentId, reason: why });
    const isOurs = result === 'applied' || result === 'known' || result === 'returned';
    return event && !isOurs ? [{ event, reason: why ?? result }] : [];
  });
}
