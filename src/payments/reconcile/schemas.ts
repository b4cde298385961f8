import { Money } from '../../kernel/money.ts';
import { pageOf, pageQuery } from '../../kernel/page.ts';
import { instant, z } from '../../kernel/zod.ts';
import { PROVIDERS } from '../ports.ts';
import { STATUSES } from './age.ts';
import { DISCREPANCY_KINDS } from './discrepancy.ts';

const MAX_DAYS = 366;

export const DiscrepanciesQuery = z.strictObject({
  ...pageQuery,
  status: z.enum(STATUSES).default('open'),
  kind: z.enum(DISCREPANCY_KINDS).optional(),
});
export const ReconciliationBody = z.strictObject({
  days: z
    .int()
    .min(1)
    .max(MAX_DAYS)
    .optional()
    .openapi({ description: 'How far back; else as far as the daily job' }),
});
export const Reconciliation = z.object({ startedAt: instant }).openapi('Reconciliation');

const Discrepancy = z
  .object({
    id: z.string(),
    provider: z.enum(PROVIDERS),
    kind: z.enum(DISCREPANCY_KINDS),
    status: z.enum(STATUSES),
    subject: z.string().openapi({ description: 'What it is about: our id, or what the provider calls it' }),
    paymentId: z.string().nullable(),
    reference: z
      .string()
      .nullable()
      .openapi({ description: 'What the provider calls the payment or transfer' }),
    ours: z.union([Money, z.null()]),
    theirs: z.union([Money, z.null()]),
    firstSeenAt: instant,
    lastSeenAt: instant,
    resolvedAt: instant.nullable(),
    ageSeconds: z.int(),
  })
  .openapi('Discrepancy');
export const DiscrepancyPage = pageOf(Discrepancy);
