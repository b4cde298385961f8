import { defineRefusal } from '../kernel/errors.ts';

export const RequestInvalid = defineRefusal('request.invalid', 'invalid', 'The request is not valid');
export const RequestTooLarge = defineRefusal('request.too_large', 'too_large', 'The body is too large');
export const UnsupportedMedia = defineRefusal(
  'request.unsupported_media_type',
  'unsupported_media',
  'The content type is not supported here',
);
export const RouteNotFound = defineRefusal(
  'request.not_found',
  'not_found',
  'There is nothing at this address',
);
export const MethodNotAllowed = defineRefusal(
  'request.method_not_allowed',
  'method_not_allowed',
  'This address does not take that method',
);
export const PreconditionRequired = defineRefusal(
  'request.precondition_required',
  'precondition_required',
  'Say in If-Match which version this is meant to change',
);
export const PreconditionFailed = defineRefusal(
  'request.precondition_failed',
  'stale',
  'It has changed since it was read; read it again',
);
export const RateLimited = defineRefusal('request.rate_limited', 'rate_limited', 'Too many requests');
export const StateMoved = defineRefusal(
  'request.conflict',
  'conflict',
  'Something changed at the same moment; read it again and retry',
);
export const KeyReused = defineRefusal(
  'idempotency.key_reused',
  'unprocessable',
  'This idempotency key was used with another request',
);
export const KeyInProgress = defineRefusal(
  'idempotency.in_progress',
  'conflict',
  'A request with this idempotency key is still being worked on',
);
export const UpgradeRequired = defineRefusal(
  'request.upgrade_required',
  'upgrade_required',
  'This address speaks WebSocket',
);
export const Unavailable = defineRefusal(
  'service.unavailable',
  'unavailable',
  'Something this depends on does not answer; nothing is half-done, try again',
);
export const Misconfigured = defineRefusal(
  'service.misconfigured',
  'unavailable',
  'The service was deployed with settings it refuses to run on',
);

export const AuthRequired = defineRefusal('auth.required', 'unauthenticated', 'Please log in');
export const InvalidToken = defineRefusal(
  'auth.invalid_token',
  'unauthenticated',
  'The access token or API key is not valid, or not any more',
);
export const AccountEnded = defineRefusal(
  'auth.session_ended',
  'unauthenticated',
  'This session or key has ended, or its account is suspended',
);
