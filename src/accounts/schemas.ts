import { SCOPES } from '../kernel/actor.ts';
import { idPattern } from '../kernel/ids.ts';
import { pageQuery } from '../kernel/page.ts';
import { captcha, email, httpsUrl, instant, line, text, z } from '../kernel/zod.ts';

export const Email = email(254).openapi({ example: 'ada@example.com' });
export const Password = text(10, 128).openapi({ description: '10 to 128 characters, not a common one' });
const GivenPassword = text(1, 128);
const Captcha = captcha.optional();
const Name = line(1, 100);
const Code = text(6, 32);
const Token = text(1, 1000);
/** An object that an authenticator made; its members are checked by the WebAuthn library. */
const Credential = z.looseObject({
  id: text(1, 1400),
  rawId: text(1, 1400),
  type: z.literal('public-key'),
});

export const RegisterBody = z.strictObject({
  email: Email,
  password: Password,
  name: Name,
  captcha: Captcha,
});
export const VerifyEmailBody = z.strictObject({ email: Email, code: z.string().regex(/^\d{6}$/) });
export const EmailBody = z.strictObject({ email: Email, captcha: Captcha });
export const LoginBody = z.strictObject({ email: Email, password: GivenPassword, captcha: Captcha });
export const MfaBody = z.strictObject({ mfaToken: Token, code: Code });
export const RefreshBody = z.strictObject({ refreshToken: Token });
export const LogoutBody = z.strictObject({ everywhere: z.boolean().optional() });
export const ResetPasswordBody = z.strictObject({ token: Token, password: Password });
export const ChangePasswordBody = z.strictObject({ currentPassword: GivenPassword, newPassword: Password });
export const CodeBody = z.strictObject({ code: Code });
export const EmptyBody = z.strictObject({});
export const AddPasskeyBody = z.strictObject({
  challengeToken: Token,
  credential: Credential,
  name: line(1, 60).optional(),
});
export const PasskeyLoginBody = z.strictObject({ challengeToken: Token, credential: Credential });
export const UpdateMeBody = z.strictObject({
  name: Name.optional(),
  bio: text(0, 2000).optional(),
  avatarUrl: httpsUrl(500).nullable().optional(),
  locale: z
    .string()
    .regex(/^[a-z]{2,3}(-[A-Z]{2})?$/)
    .optional(),
});
export const CreateApiKeyBody = z.strictObject({
  name: line(1, 60),
  scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
  expiresInDays: z.int().min(1).max(365).optional(),
});

export const ListQuery = z.strictObject(pageQuery);

export const UserParams = z.object({ userId: z.string().regex(idPattern('usr')) });
export const SessionParams = z.object({ sessionId: z.string().regex(idPattern('ses')) });
export const ApiKeyParams = z.object({ keyId: z.string().regex(idPattern('key')) });
export const PasskeyParams = z.object({ passkeyId: z.string().regex(idPattern('psk')) });

export const User = z
  .object({
    id: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    name: z.string(),
    bio: z.string(),
    avatarUrl: z.string().nullable(),
    isHost: z.boolean(),
    roles: z.array(z.enum(['staff'])),
    mfaEnabled: z.boolean(),
    locale: z.string(),
    createdAt: instant,
  })
  .openapi('User');

export const Tokens = z
  .object({
    accessToken: z.string(),
    tokenType: z.literal('Bearer'),
    expiresIn: z.int(),
    refreshToken: z.string(),
    user: User,
  })
  .openapi('Tokens');

export const PublicUser = z
  .object({
    id: z.string(),
    name: z.string(),
    bio: z.string(),
    avatarUrl: z.string().nullable(),
    isHost: z.boolean(),
    rating: z.object({ average: z.number().nullable(), count: z.int() }),
    createdAt: instant,
  })
  .openapi('PublicUser');

export const Session = z
  .object({
    id: z.string(),
    current: z.boolean(),
    userAgent: z.string().nullable(),
    mfa: z.boolean(),
    createdAt: instant,
    lastUsedAt: instant,
    expiresAt: instant,
  })
  .openapi('Session');

export const ApiKey = z
  .object({
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    expiresAt: instant.nullable(),
    createdAt: instant,
  })
  .openapi('ApiKey');
export const NewApiKey = ApiKey.extend({ key: z.string() }).openapi('NewApiKey');

export const Passkey = z
  .object({ id: z.string(), name: z.string(), createdAt: instant, lastUsedAt: instant.nullable() })
  .openapi('Passkey');
export const PasskeyOptions = z
  .object({ challengeToken: z.string(), options: z.looseObject({ challenge: z.string() }) })
  .openapi('PasskeyOptions');

export const NextStep = z.object({ next: z.literal('verify_email') });
export const Accepted = z.object({ accepted: z.literal(true) });
export const TotpSecret = z.object({ secret: z.string(), otpauthUrl: z.string() });
export const RecoveryCodes = z.object({ recoveryCodes: z.array(z.string()) });
export const Jwks = z.object({
  keys: z.array(
    z.object({
      kty: z.literal('EC'),
      crv: z.literal('P-256'),
      kid: z.string(),
      x: z.string(),
      y: z.string(),
      use: z.literal('sig'),
      alg: z.literal('ES256'),
    }),
  ),
});
