import type { z } from '../kernel/zod.ts';
import { moneyIn } from '../properties/index.ts';
import type { previewRefund } from './preview-refund.ts';
import type { RefundPreview } from './schemas.ts';

export function toRefund({
  currency,
  refund,
  kept,
  lines,
  rule,
}: Awaited<ReturnType<typeof previewRefund>>): z.infer<typeof RefundPreview> {
  const money = moneyIn(currency);
  return {
    refund: money(refund),
    kept: money(kept),
    lines: lines.map((line) => ({
      kind: line.kind,
      label: line.label,
      amount: money(line.amount),
      refunded: money(line.refunded),
    })),
    rule,
  };
}
