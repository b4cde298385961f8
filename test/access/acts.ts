import { Secret, TOTP } from 'otpauth';
import { WEBHOOK_SECRET } from '../../sandbox/src/stripe/secret.ts';
import { type ChallengeKind, issueChallenge, passwordBasis } from '../../src/accounts/challenge.ts';
import { mailCode, refreshToken, resetToken } from '../../src/accounts/rules.ts';
import { SECOND } from '../../src/kernel/clock.ts';
import { addNights } from '../../src/kernel/stay.ts';
import { callbackTokenOf } from '../../src/payments/callback-token.ts';
import { stopUrl } from '../../src/search/saved/stop-address.ts';
import { eventOf, INTENT, sign } from '../payments/stripe/signed.ts';
import { NEW_PICTURE } from './place.ts';
import { GUESTS, nightsAhead, type Progress, quoteAt } from './stays.ts';
import {
  authenticator,
  type Circumstances,
  keyring,
  PASSWORD,
  type PersonName,
  passwordHash,
  shared,
  TOTP_SECRET,
  type Village,
} from './village.ts';

/**
 * How each operation is really done. What it is done to belongs to its subject, unless the address says that
 * it is about the caller; whoever shows the guest's password, code or token is the guest from then on.
 */
export type Act = {
  /** The guest, unless it says otherwise: who may do it, and is tried in the states that allow less. */
  readonly subject?: 'host' | 'staff';
  /** A POST that prepares and writes nothing, so that a token is believed to its end, as for reading. */
  readonly readsByPost?: true;
  readonly under?: Circumstances;
  /** The caller's session has shown a second factor. */
  readonly mfa?: true;
  readonly provesGuest?: true;
  /** What nobody reads otherwise, and whoever does this is told. */
  readonly tells?: readonly string[];
  readonly path?: (village: Village) => Record<string, string>;
  readonly query?: (village: Village, caller: Caller | null) => Record<string, string>;
  readonly file?: File;
  /** The headers that vouch for the file. */
  readonly signs?: (village: Village) => Promise<Record<string, string>>;
  /** Answered with a WebSocket, of which the first message is read. */
  readonly upgrades?: true;
  readonly body?: (village: Village, caller: Caller) => unknown;
};

/** Sent as it is; without a type, nothing is said about it. */
export type File = { readonly type: string | undefined; readonly bytes: Uint8Array<ArrayBuffer> | '' };

/** Null for whoever is not known by a session: their account, and which of their sessions speaks for them. */
export type Caller = { accountId: string; sessionId: string };

const REFRESH_GENERATION = 987_654_321;
const NEW_PASSWORD = 'kettle-orchard-28';

const newcomer = () => `newcomer-${crypto.randomUUID()}@roost.test`;
const challenge = (kind: ChallengeKind, subject: string, { now }: Village, basis?: string) =>
  issueChallenge(keyring, kind, subject, now, basis);
const currentCode = ({ now }: Village) =>
  new TOTP({ secret: Secret.fromBase32(TOTP_SECRET) }).generate({ timestamp: now });

const nights = ({ place: { today } }: Village, from: number, to: number) => ({
  from: addNights(today, from),
  to: addNights(today, to),
});
const stay = (village: Village) => {
  const { from: checkIn, to: checkOut } = nights(village, 10, 12);
  return { checkIn, checkOut };
};
/** Done to the host's property, or to what belongs to it. */
const atPlace = { subject: 'host', path: ({ place }: Village) => ({ propertyId: place.id }) } as const;
const atImage = {
  subject: 'host',
  path: ({ place }: Village) => ({ propertyId: place.id, imageId: place.imageId }),
} as const;
const atFeed = {
  subject: 'host',
  path: ({ place }: Village) => ({ propertyId: place.id, feedId: place.feedId }),
} as const;
const helping = (name: PersonName) =>
  ({
    subject: 'host',
    path: ({ place, people }: Village) => ({ propertyId: place.id, userId: people[name].accountId }),
  }) as const;
const ofStay = (stay: Progress, subject?: 'host') =>
  ({
    ...(subject ? { subject } : {}),
    under: { stay },
    path: ({ stayed }: Village) => ({ bookingId: stayed?.id ?? '' }),
  }) as const;
const ofAlteration = {
  under: { stay: 'asked_by_host' },
  path: ({ stayed }: Village) => ({ bookingId: stayed?.id ?? '', alterationId: stayed?.alterationId ?? '' }),
} as const;
const place = ({ place: { id } }: Village) => ({ propertyId: id });
const RULES = {
  ...{ minNights: 2, maxNights: 30, noticeDays: 0, bookingWindowDays: 365 },
  ...{ checkInFrom: '14:00', checkOutBy: '10:00', bookingMode: 'instant', cancellationPolicy: 'firm' },
};

const STAY_IN_FULL = [
  ...['booking.id', 'booking.created_at', 'booking.value.id', 'booking.value.createdAt'],
  ...['booking.value.confirmedAt', 'booking.value.message', 'booking.value.payment.captured'],
  ...['booking.value.price.total', 'booking.value.price.hostEarns', 'booking.value.paidBy.id'],
  ...['payment.id', 'payment.booking_id', 'payment.created_at', 'payment.value.id'],
  ...['payment.value.bookingId', 'payment.value.amount', 'payment.value.createdAt'],
];

const EFFECT_IN_FULL = [
  ...['id', 'bookingId', 'paymentId', 'amount', 'createdAt', 'result', 'asks'].map(
    (name) => `parked_effect.value.${name}`,
  ),
  ...['parked_effect.id', 'parked_effect.created_at', 'payment.booking_id', 'payment.value.bookingId'],
];

const asGuestOrHost = ({ people: { guest, other_guest } }: Village, caller: Caller | null) => {
  const isTraveller = [guest, other_guest].some(({ accountId }) => accountId === caller?.accountId);
  return { role: isTraveller ? 'guest' : 'host' };
};
const told = (content: object): File & { readonly text: string } => {
  const text = JSON.stringify(content);
  return { type: 'application/json', bytes: new Uint8Array(new TextEncoder().encode(text)), text };
};
const STRIPE_EVENT = told(eventOf('payment_intent.succeeded', { ...INTENT, amount_received: 9_000 }));
const MPESA_CALLBACK = told({
  Body: {
    stkCallback: {
      ...{ MerchantRequestID: 'mr-1', CheckoutRequestID: 'ws_CO_1', ResultCode: 1032 },
      ResultDesc: 'Request cancelled by user',
    },
  },
});

const stopToken = ({ guest: { savedSearchId } }: Village) => {
  const { searchParams } = new URL(stopUrl({ keyring, settings: shared }, savedSearchId));
  return Object.fromEntries(searchParams);
};
const ONE_CLICK: File = {
  type: 'application/x-www-form-urlencoded',
  bytes: new Uint8Array(new TextEncoder().encode('List-Unsubscribe=One-Click')),
};

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
  startPasskey: { readsByPost: true, body: () => ({}) },
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

  listAmenities: {},
  createProperty: { subject: 'host', body: () => ({ title: 'A cabin' }) },
  getProperty: atPlace,
  updateProperty: { ...atPlace, body: () => ({ houseRules: 'No music after ten.', guests: 3 }) },
  archiveProperty: atPlace,
  publishProperty: { ...atPlace, under: { draft: true } },
  unpublishProperty: atPlace,
  listMyProperties: { subject: 'host' },

  getRates: atPlace,
  putRates: { ...atPlace, body: () => ({ currency: 'KES', nightly: 900_000 }) },
  getRules: atPlace,
  putRules: { ...atPlace, body: () => RULES },
  getCalendar: { ...atPlace, query: (village) => nights(village, -20, 60) },
  updateCalendar: {
    ...atPlace,
    body: (village) => ({ changes: [{ ...nights(village, 20, 22), available: false, note: 'Painting' }] }),
  },
  checkAvailability: { ...atPlace, query: stay },
  createQuote: {
    ...atPlace,
    readsByPost: true,
    body: (village) => ({ ...stay(village), guests: { adults: 2 } }),
  },

  addCoHost: { ...helping('other_guest'), body: () => ({ access: 'calendar' }) },
  removeCoHost: helping('co_host'),
  addFavourite: { path: place },
  removeFavourite: { path: place },
  listFavourites: {},

  uploadImage: { ...atPlace, file: NEW_PICTURE },
  updateImage: { ...atImage, tells: ['property_image.created_at'], body: () => ({ caption: 'The jetty' }) },
  deleteImage: atImage,
  getImage: { subject: 'host', path: ({ place }) => ({ imageId: place.imageId }) },

  addFeed: {
    ...atPlace,
    body: () => ({ url: 'https://calendars.example.com/another.ics', name: 'Another platform' }),
  },
  listFeeds: atPlace,
  removeFeed: atFeed,
  syncFeed: atFeed,
  exportCalendar: {
    ...atPlace,
    query: ({ place: { token } }) => ({ token }),
  },

  watchProperty: { ...atPlace, upgrades: true },

  createBooking: {
    body: ({ place, now }) => {
      const { token } = quoteAt(keyring, place, nightsAhead(place, 10, 12), now);
      return { quote: token, message: 'We come by boat.' };
    },
  },
  listBookings: {
    under: { stay: 'asked_by_host' },
    query: asGuestOrHost,
  },
  getBooking: ofStay('asked_by_host'),
  acceptBooking: ofStay('requested', 'host'),
  declineBooking: ofStay('requested', 'host'),
  cancelBooking: { ...ofStay('confirmed'), body: () => ({ reason: 'We are ill.' }) },
  markNoShow: { ...ofStay('begun', 'host'), body: () => ({ reason: 'Nobody came.' }) },
  previewRefund: ofStay('confirmed'),
  requestAlteration: {
    ...ofStay('confirmed'),
    body: ({ place }) => ({ ...nightsAhead(place, 25, 28), guests: GUESTS }),
  },
  acceptAlteration: ofAlteration,
  declineAlteration: ofAlteration,
  joinWaitlist: {
    path: place,
    // Another platform has them.
    body: ({ place }) => ({ ...nightsAhead(place, 40, 42), guests: GUESTS }),
  },
  listWaitlist: { under: { waits: true }, path: place },
  leaveWaitlist: {
    under: { waits: true },
    path: ({ place: { id, entryId } }) => ({ propertyId: id, entryId }),
  },
  cancelBookingAsStaff: {
    ...ofStay('confirmed'),
    subject: 'staff',
    // Whoever judges a case has it before them, and says why.
    tells: STAY_IN_FULL,
    body: () => ({ reason: 'The roof is gone.', keepBlocked: true }),
  },

  listParkedEffects: {
    subject: 'staff',
    tells: [
      ...EFFECT_IN_FULL,
      ...['booking.id', 'booking.value.id', 'who booked a night'],
      ...['payout.booking_id', 'payout.value.bookingId'],
    ],
  },
  retryEffect: {
    ...ofStay('refused_refund'),
    subject: 'staff',
    tells: [
      ...STAY_IN_FULL,
      ...EFFECT_IN_FULL,
      'booking.value.cancelledAt',
      'booking.value.payment.refunded',
    ],
    path: ({ stayed }) => ({ effectId: stayed?.effectId ?? '' }),
    body: () => ({ reason: 'The phone is on again.' }),
  },
  refundBooking: {
    ...ofStay('confirmed'),
    subject: 'staff',
    tells: STAY_IN_FULL,
    body: () => ({ amount: 90_000, reason: 'The boat leaked.' }),
  },
  listDeadLetters: {
    subject: 'staff',
    tells: ['dead_letter.id', 'dead_letter.at'],
  },
  replayDeadLetter: {
    subject: 'staff',
    path: ({ deadLetterId }) => ({ deadLetterId }),
    tells: ['dead_letter.id', 'dead_letter.at'],
    body: () => ({ reason: 'The mailer is mended.' }),
  },
  searchProperties: {},
  searchFacets: {},
  saveSearch: { body: () => ({ name: 'By the lake', query: { q: 'lake', adults: 2 } }) },
  listSavedSearches: {},
  deleteSavedSearch: { path: ({ guest }) => ({ savedSearchId: guest.savedSearchId }) },
  showStopPage: { query: stopToken },
  stopSavedSearches: { query: stopToken, file: ONE_CLICK },

  startPayment: { ...ofStay('held'), body: () => ({ provider: 'stripe' }) },
  getPayment: ofStay('confirmed'),
  createRefund: {
    ...ofStay('confirmed', 'host'),
    body: () => ({ amount: 90_000, reason: 'The boat leaked.' }),
  },
  listPayments: { under: { stay: 'confirmed' }, query: asGuestOrHost },
  listPayouts: { subject: 'host' },
  getPayout: { subject: 'host', path: ({ payoutId }) => ({ payoutId }) },
  getPayoutAccount: { subject: 'host' },
  setPayoutAccount: { subject: 'host', body: () => ({ provider: 'mpesa', phone: '+254712345678' }) },
  getStatement: {
    subject: 'host',
    under: { stay: 'confirmed' },
    query: ({ now }) => ({ month: new Date(now).toISOString().slice(0, 7) }),
  },
  listDiscrepancies: { subject: 'staff' },
  reconcilePayments: { subject: 'staff', body: () => ({ days: 3 }) },
  receiveStripeEvent: {
    file: STRIPE_EVENT,
    signs: async ({ now }) => ({
      'stripe-signature': await sign(STRIPE_EVENT.text, WEBHOOK_SECRET, Math.floor(now / SECOND)),
    }),
  },
  receiveMpesaCallback: {
    file: MPESA_CALLBACK,
    path: ({ place: { id } }) => ({
      token: callbackTokenOf(keyring, `pay_${'0'.repeat(26)}${id.slice(4)}`),
    }),
  },
};
