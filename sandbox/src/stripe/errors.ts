import type Stripe from 'stripe';

type Details = {
  type?: 'invalid_request_error' | 'card_error' | 'idempotency_error' | 'api_error';
  code?: string;
  param?: string;
  payment_intent?: Stripe.PaymentIntent;
};

/** An error of Stripe's on its way out. One that is `early` was found before anything was begun. */
export class StripeRefusal extends Error {
  readonly status: number;
  readonly details: Details;
  readonly isEarly: boolean;

  constructor(status: number, message: string, details: Details = {}, isEarly = false) {
    super(message);
    this.status = status;
    this.details = details;
    this.isEarly = isEarly;
  }

  toBody() {
    const { type = 'invalid_request_error', ...rest } = this.details;
    return { error: { message: this.message, type, ...rest } };
  }
}

export const early = (message: string, details: Details = {}) =>
  new StripeRefusal(400, message, details, true);

export const refused = (message: string, details: Details = {}) => new StripeRefusal(400, message, details);

export const missing = (what: string, id: string, param: string) =>
  new StripeRefusal(404, `No such ${what}: '${id}'`, { code: 'resource_missing', param });

/** As for an id in a body: the request is wrong, not its address. */
export const missingParam = (what: string, id: string, param: string) =>
  refused(`No such ${what}: '${id}'`, { code: 'resource_missing', param });
