import type { Context } from '../context.ts';
import { z } from '../kernel/zod.ts';
import { exportData } from './export-data.ts';
import { finishErasure } from './finish-erasure.ts';

const PrivacyJob = z.discriminatedUnion('kind', [
  z.object({ id: z.string(), kind: z.literal('export_data'), exportId: z.string() }),
  z.object({
    id: z.string(),
    kind: z.literal('finish_erasure'),
    accountId: z.string(),
    apiKeyDigests: z.array(z.string()),
  }),
]);

export async function doJob(ctx: Context, body: unknown): Promise<void> {
  const job = PrivacyJob.parse(body);
  switch (job.kind) {
    case 'export_data':
      return exportData(ctx, job.exportId);
    case 'finish_erasure':
      return finishErasure(ctx, job);
  }
}

/** By the kind of the message. */
export const privacyJobs = { export_data: doJob, finish_erasure: doJob };
