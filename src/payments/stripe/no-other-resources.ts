/**
 * Stands in, in the Worker, for the larger of those things at Stripe that Roost asks nothing of (see `[alias]` in
 * wrangler.toml). The SDK makes one of each and leaves it alone; a test sees to it that so do we.
 */
class Absent {}

export {
  Absent as Billing,
  Absent as Checkout,
  Absent as Climate,
  Absent as CreditNoteResource,
  Absent as CustomerResource,
  Absent as FinancialConnections,
  Absent as Identity,
  Absent as InvoiceItemResource,
  Absent as InvoiceResource,
  Absent as Issuing,
  Absent as OAuthResource,
  Absent as PaymentLinkResource,
  Absent as PaymentRecordResource,
  Absent as PlanResource,
  Absent as PriceResource,
  Absent as ProductResource,
  Absent as QuoteResource,
  Absent as Radar,
  Absent as StripeEventNotificationHandler,
  Absent as SubscriptionItemResource,
  Absent as SubscriptionResource,
  Absent as SubscriptionScheduleResource,
  Absent as Tax,
  Absent as Terminal,
  Absent as TestHelpers,
  Absent as Treasury,
  Absent as V2,
};
