import { CaptchaRefused, CaptchaRequired } from '../../platform/captcha.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { completeMfa } from '../complete-mfa.ts';
import * as errors from '../errors.ts';
import { forgotPassword } from '../forgot-password.ts';
import { login } from '../login.ts';
import { logout } from '../logout.ts';
import { refreshTokens } from '../refresh-tokens.ts';
import { registerAccount } from '../register-account.ts';
import { resendCode } from '../resend-code.ts';
import { resetPassword } from '../reset-password.ts';
import * as schemas from '../schemas.ts';
import { verifyEmail } from '../verify-email.ts';

const room = 'accounts';

export const entry = [
  endpoint({
    method: 'post',
    path: '/v1/auth/register',
    operationId: 'registerAccount',
    room,
    summary: 'Register; a code is mailed to the address',
    description: 'Answers alike for an address that has an account already; its owner is told by mail.',
    access: 'public',
    body: schemas.RegisterBody,
    refusals: [CaptchaRequired, CaptchaRefused],
    status: 202,
    response: schemas.NextStep,
    handle: (ctx, { body }) => registerAccount(ctx, body),
  }),
  endpoint({
    method: 'post',
    path: '/v1/auth/verify-email',
    operationId: 'verifyEmail',
    room,
    summary: 'Show the mailed code; this makes the account and logs in',
    access: 'public',
    body: schemas.VerifyEmailBody,
    refusals: [errors.InvalidCode, errors.TooManyAttempts],
    status: 200,
    response: schemas.Tokens,
    handle: (ctx, { body }) => verifyEmail(ctx, body),
  }),
  endpoint({
    method: 'post',
    path: '/v1/auth/resend-code',
    operationId: 'resendCode',
    room,
    summary: 'Mail a new code; the one before stops working',
    access: 'public',
    body: schemas.EmailBody,
    refusals: [CaptchaRequired, CaptchaRefused],
    status: 202,
    response: schemas.Accepted,
    handle: (ctx, { body }) => resendCode(ctx, body),
  }),
  endpoint({
    method: 'post',
    path: '/v1/auth/login',
    operationId: 'login',
    room,
    summary: 'Log in with a password',
    description:
      'An account with a second factor answers 401 `auth.mfa_required` with `mfaToken` and `methods`; go on at /v1/auth/mfa.',
    access: 'public',
    body: schemas.LoginBody,
    refusals: [
      errors.InvalidCredentials,
      errors.MfaRequired,
      errors.AccountSuspended,
      errors.TooManyAttempts,
      CaptchaRequired,
      CaptchaRefused,
    ],
    status: 200,
    response: schemas.Tokens,
    handle: (ctx, { body }) => login(ctx, body),
  }),
  endpoint({
    method: 'post',
    path: '/v1/auth/mfa',
    operationId: 'completeMfa',
    room,
    summary: 'Finish a login with a code of the authenticator app, or a recovery code',
    access: 'public',
    body: schemas.MfaBody,
    refusals: [errors.InvalidMfaToken, errors.InvalidCode, errors.AccountSuspended, errors.TooManyAttempts],
    status: 200,
    response: schemas.Tokens,
    handle: (ctx, { body }) => completeMfa(ctx, body),
  }),
  endpoint({
    method: 'post',
    path: '/v1/auth/refresh',
    operationId: 'refreshTokens',
    room,
    summary: 'Exchange a refresh token for new tokens',
    description:
      'Every refresh token works once. If the answer was lost, the same token may be shown once more within 10 seconds. Any other second use ends the session.',
    access: 'public',
    body: schemas.RefreshBody,
    refusals: [errors.InvalidRefreshToken],
    status: 200,
    response: schemas.Tokens,
    handle: (ctx, { body }) => refreshTokens(ctx, body),
  }),
  endpoint({
    method: 'post',
    path: '/v1/auth/logout',
    operationId: 'logout',
    room,
    summary: 'End this session, or every session',
    access: 'session',
    body: schemas.LogoutBody,
    bodyOptional: true,
    refusals: [errors.Forbidden],
    status: 204,
    handle: (ctx, { body }) => logout(ctx, body),
  }),
  endpoint({
    method: 'post',
    path: '/v1/auth/forgot-password',
    operationId: 'forgotPassword',
    room,
    summary: 'Mail a link to choose a new password, if the address has an account',
    access: 'public',
    body: schemas.EmailBody,
    refusals: [CaptchaRequired, CaptchaRefused],
    status: 202,
    response: schemas.Accepted,
    handle: (ctx, { body }) => forgotPassword(ctx, body),
  }),
  endpoint({
    method: 'post',
    path: '/v1/auth/reset-password',
    operationId: 'resetPassword',
    room,
    summary: 'Choose a new password with the mailed token; ends all sessions',
    access: 'public',
    body: schemas.ResetPasswordBody,
    refusals: [errors.InvalidResetToken],
    status: 204,
    handle: (ctx, { body }) => resetPassword(ctx, body),
  }),
];
