import { and, eq } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import { commit } from '../../platform/commit.ts';
import type { FileAnswer } from '../../platform/endpoint.ts';
import { isOfAccount, subjectOf } from './stop-address.ts';
import { stopPage } from './stop-page.ts';
import { savedSearch } from './tables.ts';

/** Whoever has the mail may stop it, without logging in: a person by the page, a mail program by RFC 8058. */
export async function stopSavedSearches(ctx: Context, { token }: { token: string }): Promise<FileAnswer> {
  const subject = subjectOf(ctx, token);

  const which = eq(isOfAccount(subject) ? savedSearch.accountId : savedSearch.id, subject);
  return commit(ctx, {
    writes: (db) => [
      db
        .update(savedSearch)
        .set({ state: 'stopped', lookAt: null })
        .where(and(which, eq(savedSearch.state, 'watching'))),
    ],
    audit: [],
    result: stopPage(subject, true),
  });
}
