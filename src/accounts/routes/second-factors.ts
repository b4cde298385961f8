import { pageOf } from '../../kernel/page.ts';
import { endpoint } from '../../platform/endpoint.ts';
import { addPasskey } from '../add-passkey.ts';
import { confirmTotp } from '../confirm-totp.ts';
import { enrolTotp } from '../enrol-totp.ts';
import * as errors from '../errors.ts';
import { listPasskeys } from '../list-passkeys.ts';
import { passkeyLogin } from '../passkey-login.ts';
import { removePasskey } from '../remove-passkey.ts';
import { removeTotp } from '../remove-totp.ts';
import * as schemas from '../schemas.ts';
import { startPasskey } from '../start-passkey.ts';
import { startPasskeyLogin } from '../start-passkey-login.ts';

const room = 'accounts';

export const secondFactors = [
  endpoint({
    method: 'post',
    path: '/v1/auth/totp',
    operationId: 'enrolTotp',
    room,
    summary: 'Begin to use an authenticator app',
    access: 'session',
    body: schemas.EmptyBody,
    bodyOptional: true,
    refusals: [
      errors.Forbidden,
      errors.RecentLoginRequired,
      errors.AccountSuspended,
      errors.TotpAlreadyEnrolled,
    ],
    status: 200,
    response: schemas.TotpSecret,
    handle: (ctx) => enrolTotp(ctx),
  }),
  endpoint({
    method: 'post',
    path: '/v1/auth/totp/confirm',
    operationId: 'confirmTotp',
    room,
    summary: 'Show the first code of the app; answers with the recovery codes, once',
    access: 'session',
    body: schemas.CodeBody,
    refusals: [
      errors.Forbidden,
      errors.RecentLoginRequired,
      errors.AccountSuspended,
      errors.TotpAlreadyEnrolled,
      errors.TotpNotEnrolled,
      errors.InvalidCode,
      errors.TooManyAttempts,
    ],
    status: 200,
    response: schemas.RecoveryCodes,
    handle: (ctx, { body }) => confirmTotp(ctx, body),
  }),
  endpoint({
    method: 'delete',
    path: '/v1/auth/totp',
    operationId: 'removeTotp',
    room,
    summary: 'Stop using the authenticator app',
    access: 'session',
    refusals: [
      errors.Forbidden,
      errors.RecentLoginRequired,
      errors.SecondFactorRequired,
      errors.AccountSuspended,
      errors.TotpNotEnrolled,
    ],
    status: 204,
    handle: (ctx) => removeTotp(ctx),
  }),
  endpoint({
    method: 'post',
    path: '/v1/auth/passkeys/options',
    operationId: 'startPasskey',
    room,
    summary: 'Options for navigator.credentials.create()',
    access: 'session',
    body: schemas.EmptyBody,
    bodyOptional: true,
    refusals: [errors.Forbidden, errors.RecentLoginRequired, errors.AccountSuspended],
    status: 200,
    response: schemas.PasskeyOptions,
    handle: (ctx) => startPasskey(ctx),
  }),
  endpoint({
    method: 'post',
    path: '/v1/auth/passkeys',
    operationId: 'addPasskey',
    room,
    summary: 'Register the passkey that the authenticator made',
    access: 'session',
    body: schemas.AddPasskeyBody,
    refusals: [
      errors.Forbidden,
      errors.RecentLoginRequired,
      errors.PasskeyRefused,
      errors.PasskeyTaken,
      errors.TooManyPasskeys,
    ],
    status: 201,
    response: schemas.Passkey,
    handle: (ctx, { body }) => addPasskey(ctx, body),
  }),
  endpoint({
    method: 'post',
    path: '/v1/auth/passkeys/login/options',
    operationId: 'startPasskeyLogin',
    room,
    summary: 'Options for navigator.credentials.get()',
    access: 'public',
    body: schemas.EmptyBody,
    bodyOptional: true,
    refusals: [],
    status: 200,
    response: schemas.PasskeyOptions,
    handle: (ctx) => startPasskeyLogin(ctx),
  }),
  endpoint({
    method: 'post',
    path: '/v1/auth/passkeys/login',
    operationId: 'passkeyLogin',
    room,
    summary: 'Log in with a passkey',
    access: 'public',
    body: schemas.PasskeyLoginBody,
    refusals: [errors.PasskeyRefused, errors.AccountSuspended],
    status: 200,
    response: schemas.Tokens,
    handle: (ctx, { body }) => passkeyLogin(ctx, body),
  }),
  endpoint({
    method: 'get',
    path: '/v1/auth/passkeys',
    operationId: 'listPasskeys',
    room,
    summary: 'The passkeys of this account',
    access: 'session',
    refusals: [errors.Forbidden],
    status: 200,
    response: pageOf(schemas.Passkey),
    handle: (ctx) => listPasskeys(ctx),
  }),
  endpoint({
    method: 'delete',
    path: '/v1/auth/passkeys/{passkeyId}',
    operationId: 'removePasskey',
    room,
    summary: 'Remove a passkey',
    access: 'session',
    params: schemas.PasskeyParams,
    refusals: [errors.Forbidden, errors.RecentLoginRequired, errors.PasskeyNotFound],
    status: 204,
    handle: (ctx, { params }) => removePasskey(ctx, params),
  }),
];
