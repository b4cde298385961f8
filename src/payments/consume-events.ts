import type { PaymentEvent } from '../book/index.ts';
import type { Context } from '../context.ts';
import { propertyIdOf } from '../kernel/ids.ts';
import { z } from '../kernel/zod.ts';
import { hearMpesa } from './hear-mpesa.ts';
import { keepUnmatched, type Unmatched, usedReceipts } from './keep-unmatched.ts';

/** A message, and what became of it: null when it is done, and else why it has to come again. */
type Result = Error | null;
type Heard = { readonly index: number; readonly event: PaymentEvent };

const Message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), event: z.custom<PaymentEvent>((value) => typeof value === 'object') }),
  z.object({ kind: z.literal('mpesa'), token: z.string(), text: z.string() }),
]);

/**
 * Everything that providers told, together: one hop to each book that is concerned, two trips to D1 at most, and
 * what one message comes to is no other's concern.
 */
export async function consumeProviderEvents(ctx: Context, messages: readonly unknown[]): Promise<Result[]> {
  const results = messages.map((): Result => null);
  const unmatched: Unmatched[] = [];
  const heard: Heard[] = [];
  await Promise.all(
    messages.map(async (message, index) => {
      try {
        const event = await toEvent(ctx, Message.parse(message), unmatched);
        if (event) heard.push({ index, event });
      } catch (error) {
        results[index] = error as Error;
      }
    }),
  );

  const used = await usedReceipts(
    ctx,
    heard.map(({ event }) => event),
  ).catch((error: Error) => error);
  if (used instanceof Error) {
    for (const { index } of heard) results[index] = used;
    return results;
  }
  const fresh = heard.filter(({ event }) => {
    if (!used.has(event.eventId)) return true;
    unmatched.push({ event, reason: 'receipt_used' });
    return false;
  });
  const ofBook = Map.groupBy(fresh, ({ event }) => propertyIdOf(event.paymentId));
  await Promise.all(
    [...ofBook].map(async ([propertyId, own]) => {
      try {
        unmatched.push(
          ...(await tellBook(
            ctx,
            propertyId,
            own.map(({ event }) => event),
          )),
        );
      } catch (error) {
        for (const { index } of own) results[index] = error as Error;
      }
    }),
  );
  await keepUnmatched(ctx, unmatched);
  return results;
}

async function toEvent(
  ctx: Context,
  message: z.infer<typeof Message>,
  unmatched: Unmatched[],
): Promise<PaymentEvent | null> {
  if (message.kind === 'mpesa') return hearMpesa(ctx, message);
  const { event } = message;
  if (event.paymentId !== null && PAYMENT.test(event.paymentId)) return event;
  unmatched.push({ event, reason: 'no_payment' });
  return null;
}

const PAYMENT = /^pay_[0-9a-hjkmnp-tv-z]{52}$/;

async function tellBook(ctx: Context, propertyId: string, events: PaymentEvent[]): Promise<Unmatched[]> {
  const call = {
    now: ctx.clock.now(),
    requestId: ctx.requestId,
    actorKind: 'system',
    accountId: null,
  } as const;
  const outcome = await ctx.books.of(propertyId).applyPaymentEvents(call, events);
  if (!outcome.ok) return events.map((event) => ({ event, reason: outcome.refusal }));
  return outcome.value.flatMap(({ eventId, result, why }): Unmatched[] => {
    const event = events.find((one) => one.eventId === eventId);
    if (result === 'returned') ctx.log.warn('payment.returned', { paymentId: event?.paymentId, reason: why });
    const isOurs = result === 'applied' || result === 'known' || result === 'returned';
    return event && !isOurs ? [{ event, reason: why ?? result }] : [];
  });
}
