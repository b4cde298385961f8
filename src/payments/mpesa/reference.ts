/** Daraja gives a payment two names; callbacks and queries carry both. Neither has a space in it. */
type Names = { readonly checkoutRequestId: string; readonly merchantRequestId: string };

const NAME = /^[!-~]{1,128}$/;

export const isName = (value: unknown): value is string => typeof value === 'string' && NAME.test(value);

export const toReference = ({ checkoutRequestId, merchantRequestId }: Names): string =>
  `${checkoutRequestId} ${merchantRequestId}`;

export function readReference(reference: string): Names | null {
  const [checkoutRequestId, merchantRequestId, ...rest] = reference.split(' ');
  if (rest.length > 0 || !isName(checkoutRequestId) || !isName(merchantRequestId)) return null;
  return { checkoutRequestId, merchantRequestId };
}
