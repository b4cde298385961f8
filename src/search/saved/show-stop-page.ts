import type { Context } from '../../context.ts';
import type { FileAnswer } from '../../platform/endpoint.ts';
import { subjectOf } from './stop-address.ts';
import { stopPage } from './stop-page.ts';

/** Programs follow every address in a mail, so what is only looked at changes nothing. */
export async function showStopPage(ctx: Context, { token }: { token: string }): Promise<FileAnswer> {
  return stopPage(subjectOf(ctx, token), false);
}
