import type { Context } from '../context.ts';
import { SECOND } from '../kernel/clock.ts';
import { keepPublic, type PublicAnswer, type PublicText, readPublic } from '../platform/public-cache.ts';

/**
 * What was found a moment ago, in the isolate's own memory and in KV behind it; public shapes alone can get in.
 * What is older than half of its life is answered once more, while it is made anew.
 */
const IN_MEMORY_MS = 5 * SECOND;
const MAX_MEMORY_BYTES = 4 * 1024 * 1024;
const STALE_MS = 25 * SECOND;

type Kept = { readonly answer: PublicAnswer; readonly at: number };
const memory = new Map<string, Kept>();
let bytes = 0;
const underway = new Set<string>();

export async function kept(
  ctx: Context,
  key: string,
  fresh: boolean,
  make: () => Promise<PublicText>,
): Promise<PublicAnswer> {
  const now = ctx.clock.now();
  const near = fresh ? undefined : memory.get(key);
  if (near && now >= near.at && now - near.at <= IN_MEMORY_MS) return near.answer;

  const far = fresh ? null : await readPublic(ctx, key);
  if (far) {
    remember(key, far, now);
    if (now - far.writtenAt > STALE_MS && !underway.has(key)) {
      underway.add(key);
      const renew = make().then((text) => {
        // What somebody else has made since is later than this.
        if ((memory.get(key)?.answer.writtenAt ?? 0) < now)
          remember(key, keepPublic(ctx, key, text), ctx.clock.now());
      });
      const warn = (cause: unknown) => ctx.log.warn('search.not_renewed', { cause });
      ctx.defer(renew.catch(warn).finally(() => underway.delete(key)));
    }
    return far;
  }
  const made = keepPublic(ctx, key, await make());
  remember(key, made, now);
  return made;
}

/** The oldest go first. */
function remember(key: string, answer: PublicAnswer, at: number): void {
  forget(key);
  memory.set(key, { answer, at });
  bytes += sizeOf(key, answer);
  for (const oldest of memory.keys()) {
    if (bytes <= MAX_MEMORY_BYTES) return;
    forget(oldest);
  }
}

function forget(key: string): void {
  const known = memory.get(key);
  if (known) bytes -= sizeOf(key, known.answer);
  memory.delete(key);
}

/** A character takes two bytes at most. */
const sizeOf = (key: string, { body }: PublicAnswer): number => 2 * (key.length + body.length);
