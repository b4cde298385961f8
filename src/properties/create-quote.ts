import { allowAnyone } from '../accounts/index.ts';
import type { Context } from '../context.ts';
import type { Stay } from '../kernel/stay.ts';
import { GUEST_FEE_PERCENT, type Guests, HOST_FEE_PERCENT, sealQuote } from '../pricing/index.ts';
import { askBook } from './ask-book.ts';

const FEES = { guestPercent: GUEST_FEE_PERCENT, hostPercent: HOST_FEE_PERCENT };

type Input = { propertyId: string; stay: Stay; guests: Guests; promotionCode: string | undefined };

/** The price of a stay that could be booked now, signed, so that it holds for as long as the quote lives. */
export async function createQuote(ctx: Context, { propertyId, ...asked }: Input) {
  allowAnyone(ctx, 'properties:read');

  const { value: offer } = await askBook(ctx, propertyId, (book, call) =>
    book.quoteStay(call, { ...asked, fees: FEES }),
  );
  const { price, policy, ratesVersion, promotion } = offer;
  const { token, quote } = sealQuote(ctx.keyring, {
    ...price,
    propertyId,
    stay: asked.stay,
    guests: asked.guests,
    policy,
    ratesVersion,
    promotion,
    issuedAt: ctx.clock.now(),
  });
  return { token, quote, cancellation: offer.cancellation };
}
