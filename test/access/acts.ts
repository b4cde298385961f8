import { Secret, TOTP } from 'otpauth';
import { type ChallengeKind, issueChallenge, passwordBasis } from '../../src/accounts/challenge.ts';
import { mailCode, refreshToken, resetToken } from '../../src/accounts/rules.ts';
import {
  authenticator,
  type Circumstances,
  keyring,
  PASSWORD,
  passwordHash,
  TOTP_SECRET,
  type Village,
} from './village.ts';

/**
 * How each operation is really done. What it is done to belongs to the guest, unless the address says that it
 * is about the caller; whoever shows the guest's password, code or token is the guest from then on.
 */
export type Act = {
  readonly under?: Circumstances;
  /** The caller's session has shown a second factor. */
  readonly mfa?: true;
  readonly provesGuest?: true;
  /** What nobody reads otherwise, and whoever does this is told. */
  readonly tells?: readonly string[];
  readonly path?: (village: Village) => Record<string, string>;
  readonly body?: (village: Village, caller: Caller) => unknown;
};

/** Null for whoever is not known by a session: their account, and which of their sessions speaks for them. */
export type Caller = { accountId: string; sessionId: string };

const REFRESH_GENERATION = 987_654_321;
const NEW_PASSWORD = 'kettle-orchard-28';

const newcomer = () => `newcomer-${crypto.randomUUID()}@roost.test`;
const challenge = (kind: ChallengeKind, subject: string, { now }: Village, basis?: string) =>
  issueChallenge(keyring, kind, subject, now, basis);
const currentCode = ({ now }: Village) =>
  new TOTP({ secret: Secret.fromBase32(TOTP_SECRET) }).generate({ timestamp: now });

export const acts: Readonly<Record<string, Act>> = {
  getHealth: {},
  getReadiness: {},
  getJwks: {},

  registerAccount: { body: () => ({ email: newcomer(), password: NEW_PASSWORD, name: 'Newcomer' }) },
  verifyEmail: {
    tells: ['registration.email', 'registration.name'],
    body: ({ waiting }) => {
      const code = mailCode(keyring, String(waiting.id), Number(waiting.code_number));
      return { email: waiting.email, code };
    },
  },
  resendCode: { body: ({ waiting }) => ({ email: waiting.email }) },
  login: { provesGuest: true, body: ({ guest }) => ({ email: guest.email, password: PASSWORD }) },
  completeMfa: {
    provesGuest: true,
    under: { totp: 'confirmed' },
    body: (village) => {
      const { guest } = village;
      const basis = passwordBasis(keyring, passwordHash);
      return { mfaToken: challenge('mfa', guest.accountId, village, basis).token, code: guest.recovery };
    },
  },
  refreshTokens: {
    provesGuest: true,
    // Whoever's session has ended shows what was left of it.
    body: ({ guest }, { sessionId }) => {
      const shown = sessionId === guest.endedSessionId ? sessionId : guest.targetSessionId;
      return { refreshToken: refreshToken(keyring, shown, REFRESH_GENERATION) };
    },
  },
  logout: { body: () => ({ everywhere: true }) },
  forgotPassword: { body: ({ guest }) => ({ email: guest.email }) },
  resetPassword: {
    body: ({ guest }) => ({ token: resetToken(keyring, guest.resetId), password: NEW_PASSWORD }),
  },

  listSessions: {},
  revokeSession: { path: ({ guest }) => ({ sessionId: guest.targetSessionId }) },

  enrolTotp: { body: () => ({}) },
  confirmTotp: { under: { totp: 'started' }, body: (village) => ({ code: currentCode(village) }) },
  removeTotp: { under: { totp: 'confirmed' }, mfa: true },
  startPasskey: { body: () => ({}) },
  addPasskey: {
    body: async (village, { accountId }) => {
      const { newAuthenticator } = await import('./authenticator.ts');
      const { challenge: given, token } = challenge('passkey-registration', accountId, village);
      const fresh = await newAuthenticator({ rpId: 'localhost', origin: 'http://localhost:8787' });
      return { challengeToken: token, credential: fresh.register(given.nonce), name: 'A new one' };
    },
  },
  startPasskeyLogin: { body: () => ({}) },
  passkeyLogin: {
    provesGuest: true,
    body: async (village) => {
      const { challenge: given, token } = challenge('passkey-login', 'anybody', village);
      return { challengeToken: token, credential: await authenticator.logIn(given.nonce, 4_000_000_000) };
    },
  },
  listPasskeys: {},
  removePasskey: { path: ({ guest }) => ({ passkeyId: guest.passkeyId }) },

  getMe: {},
  updateMe: { body: () => ({ bio: 'I let a room.' }) },
  changePassword: { body: () => ({ currentPassword: PASSWORD, newPassword: NEW_PASSWORD }) },
  becomeHost: { body: () => ({}) },
  getUser: { path: ({ guest }) => ({ userId: guest.accountId }) },
  eraseMe: {},
  requestExport: { body: () => ({}) },
  getExport: { under: { exported: true } },

  createApiKey: { body: () => ({ name: 'A new one', scopes: ['profile'] }) },
  listApiKeys: {},
  revokeApiKey: { path: ({ guest }) => ({ keyId: guest.targetKeyId }) },
};
