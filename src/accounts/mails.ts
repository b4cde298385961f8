import { eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { newId } from '../kernel/ids.ts';
import { z } from '../kernel/zod.ts';
import type { Mail } from '../platform/mail.ts';
import type { Outgoing } from '../platform/outbox.ts';
import { findAccount, findAccountByEmail } from './queries.ts';
import { CODE_LIFE_MS, mailCode, RESET_LIFE_MS, resetToken } from './rules.ts';
import { passwordReset, registration } from './tables.ts';

/**
 * A queued mail only names what it is about; address, code and text are put together when it is sent, so
 * that no queue, outbox or dead letter ever holds them, and a repeat sends the same words.
 */
const Notice = z.enum([
  'password_changed',
  'totp_enrolled',
  'totp_removed',
  'passkey_added',
  'passkey_removed',
  'api_key_created',
  'payout_account_changed',
]);
type Notice = z.infer<typeof Notice>;

export const AccountMail = z.discriminatedUnion('kind', [
  z.object({
    id: z.string(),
    kind: z.literal('verify_email'),
    registrationId: z.string(),
    codeNumber: z.int(),
  }),
  z.object({ id: z.string(), kind: z.literal('reset_password'), resetId: z.string() }),
  z.object({ id: z.string(), kind: z.literal('security_notice'), accountId: z.string(), notice: Notice }),
]);
type AccountMail = z.infer<typeof AccountMail>;
type Unnumbered = AccountMail extends infer One ? (One extends AccountMail ? Omit<One, 'id'> : never) : never;

export function mail(ctx: Pick<Context, 'clock'>, message: Unnumbered): Outgoing {
  return { queue: 'mail', message: { ...message, id: newId('out', ctx.clock.now()) } };
}

export const notice = (ctx: Pick<Context, 'clock'>, accountId: string, about: Notice): Outgoing =>
  mail(ctx, { kind: 'security_notice', accountId, notice: about });

/** Null when there is nobody to write to, or nothing to say any more. */
export async function composeAccountMail(ctx: Context, message: AccountMail): Promise<Mail | null> {
  switch (message.kind) {
    case 'verify_email':
      return composeVerification(ctx, message.registrationId, message.codeNumber);
    case 'reset_password':
      return composeReset(ctx, message.resetId);
    case 'security_notice':
      return composeNotice(ctx, message.accountId, message.notice);
  }
}

async function composeVerification(ctx: Context, registrationId: string, codeNumber: number) {
  const [row] = await ctx.db.select().from(registration).where(eq(registration.id, registrationId));
  if (!row || row.codeNumber !== codeNumber) return null;

  const known = await findAccountByEmail(ctx.db, row.email);
  if (known) {
    const text = lines(
      `Hello ${known.name},`,
      'Somebody, perhaps you, tried to register at Roost with this address. You already have an account: log in with it, or reset its password if you have forgotten it.',
      'If this was not you, there is nothing to do.',
    );
    return { to: row.email, subject: 'You already have a Roost account', text };
  }
  // Whoever registered chose the name, and need not be the one who reads this.
  const text = lines(
    'Hello,',
    'Your code is',
    mailCode(ctx.keyring, row.id, codeNumber),
    `It is good for ${CODE_LIFE_MS / 60_000} minutes. If you did not register at Roost, ignore this mail.`,
  );
  return { to: row.email, subject: 'Your Roost code', text };
}

async function composeReset(ctx: Context, resetId: string): Promise<Mail | null> {
  const [row] = await ctx.db.select().from(passwordReset).where(eq(passwordReset.id, resetId));
  const known = row && (await findAccountByEmail(ctx.db, row.email));
  if (known?.status !== 'active') return null;

  const link = new URL('/reset-password', ctx.settings.origin);
  link.searchParams.set('token', resetToken(ctx.keyring, resetId));
  const text = lines(
    `Hello ${known.name},`,
    'To choose a new password, open',
    link.href,
    `The link works once, for ${RESET_LIFE_MS / 60_000} minutes. If you did not ask for it, ignore this mail.`,
  );
  return { to: row?.email as string, subject: 'Reset your Roost password', text };
}

async function composeNotice(ctx: Context, accountId: string, about: Notice): Promise<Mail | null> {
  const known = await findAccount(ctx.db, accountId);
  if (!known?.email) return null;
  const text = lines(`Hello ${known.name},`, NOTICES[about], 'If this was not you, reset your password now.');
  return { to: known.email, subject: 'A change to how your Roost account is protected', text };
}

const NOTICES: Readonly<Record<Notice, string>> = {
  password_changed: 'The password of your account was changed, and every other session was ended.',
  totp_enrolled: 'An authenticator app now protects your account.',
  totp_removed: 'The authenticator app was removed from your account.',
  passkey_added: 'A passkey was added to your account.',
  passkey_removed: 'A passkey was removed from your account.',
  api_key_created: 'An API key was created for your account.',
  payout_account_changed: 'What you earn now goes to another payout account.',
};

const lines = (...paragraphs: string[]): string => paragraphs.join('\n\n');
