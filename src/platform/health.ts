import { z } from '../kernel/zod.ts';
import { inTime } from './in-time.ts';

export const Health = z.object({ status: z.literal('ok') }).openapi('Health');
export const Readiness = z
  .object({
    status: z.enum(['ready', 'degraded']),
    dependencies: z.record(z.string(), z.enum(['ok', 'down'])),
  })
  .openapi('Readiness');

const PROBE_MS = 2_000;

/** Asks every dependency at once; a silent one counts as down. */
export async function probe(
  probes: Readonly<Record<string, () => Promise<unknown>>>,
): Promise<z.infer<typeof Readiness>> {
  const entries = await Promise.all(
    Object.entries(probes).map(async ([name, ask]) => {
      const answer = await inTime(ask(), PROBE_MS).then(
        () => 'ok' as const,
        () => 'down' as const,
      );
      return [name, answer] as const;
    }),
  );
  const ready = entries.every(([, answer]) => answer === 'ok');
  return { status: ready ? 'ready' : 'degraded', dependencies: Object.fromEntries(entries) };
}
