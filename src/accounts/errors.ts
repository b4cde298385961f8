import { defineRefusal } from '../kernel/errors.ts';

export const AccountNotFound = defineRefusal('accounts.not_found', 'not_found', 'There is no such account');
export const Forbidden = defineRefusal('auth.forbidden', 'forbidden', 'You may not do this');
export const ScopeMissing = defineRefusal(
  'auth.scope_missing',
  'forbidden',
  'This API key does not carry the scope that the operation needs',
);
export const HostRequired = defineRefusal('auth.host_required', 'forbidden', 'Become a host first');
export const SecondFactorRequired = defineRefusal(
  'auth.second_factor_required',
  'forbidden',
  'Staff work needs a session that was opened with a second factor',
);
export const RecentLoginRequired = defineRefusal(
  'auth.recent_login_required',
  'forbidden',
  'Log in again before changing how this account is protected',
);
export const InvalidCredentials = defineRefusal(
  'auth.invalid_credentials',
  'unauthenticated',
  'The email address or the password is wrong',
);
export const AccountSuspended = defineRefusal(
  'auth.account_suspended',
  'forbidden',
  'This account is suspended',
);
export const TooManyAttempts = defineRefusal(
  'auth.too_many_attempts',
  'rate_limited',
  'Too many attempts; wait before the next one',
);
export const MfaRequired = defineRefusal(
  'auth.mfa_required',
  'unauthenticated',
  'This account is protected by a second factor',
);
export const InvalidMfaToken = defineRefusal(
  'auth.invalid_mfa_token',
  'unauthenticated',
  'This login has run out; start again with the password',
);
export const InvalidCode = defineRefusal(
  'auth.invalid_code',
  'unprocessable',
  'The code is wrong, was used, or has run out',
);
export const InvalidRefreshToken = defineRefusal(
  'auth.invalid_refresh_token',
  'unauthenticated',
  'This refresh token is not valid, or not any more',
);
export const InvalidResetToken = defineRefusal(
  'auth.invalid_reset_token',
  'unprocessable',
  'This reset link is not valid, was used, or has run out',
);
export const TotpAlreadyEnrolled = defineRefusal(
  'auth.totp_already_enrolled',
  'conflict',
  'An authenticator app is already in use; remove it first',
);
export const TotpNotEnrolled = defineRefusal(
  'auth.totp_not_enrolled',
  'conflict',
  'There is no authenticator app to confirm or remove',
);
export const SessionNotFound = defineRefusal('sessions.not_found', 'not_found', 'There is no such session');
export const ApiKeyNotFound = defineRefusal('api_keys.not_found', 'not_found', 'There is no such API key');
export const TooManyApiKeys = defineRefusal('api_keys.too_many', 'conflict', 'Revoke an API key first');
export const PasskeyNotFound = defineRefusal('passkeys.not_found', 'not_found', 'There is no such passkey');
export const TooManyPasskeys = defineRefusal('passkeys.too_many', 'conflict', 'Remove a passkey first');
export const PasskeyRefused = defineRefusal(
  'passkeys.refused',
  'unprocessable',
  'The authenticator’s answer was not accepted; start again',
);
export const PasskeyTaken = defineRefusal('passkeys.taken', 'conflict', 'This passkey is already registered');
