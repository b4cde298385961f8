import { Buffer } from 'node:buffer';
import type { JWK } from 'jose';
import { fromBase64Url } from './kernel/crypto.ts';
import { z } from './kernel/zod.ts';

/**
 * The settings, parsed once. Outside development every secret has to be there and be worth its name,
 * or the Worker refuses to start and says which one is at fault (never its value).
 */
export type Settings = {
  readonly environment: 'development' | 'staging' | 'production';
  readonly origin: string;
  readonly corsOrigins: readonly string[];
  readonly authKeys: readonly SigningKey[];
  readonly masterSecret: Uint8Array;
  readonly captcha: {
    readonly required: boolean;
    readonly url: string;
    readonly secret: string;
    readonly hostnames: readonly string[];
  };
  readonly mail: {
    readonly provider: 'http' | 'cloudflare';
    readonly url: string;
    readonly token: string;
    readonly from: string;
  };
  /** Null where M-Pesa is not taken. */
  readonly mpesa: MpesaSettings | null;
  readonly stripe: StripeSettings;
  /** Who tells the rates of each day; null for the fixed table. */
  readonly ratesUrl: string | null;
  /** log2 of scrypt's N. */
  readonly passwordCost: number;
  readonly rateLimit: number;
  readonly authRateLimit: number;
};

export type MpesaSettings = {
  readonly url: string;
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly shortcode: string;
  readonly passkey: string;
  readonly initiator: string;
  readonly securityCredential: string;
};

export type StripeSettings = {
  readonly url: string;
  readonly secretKey: string;
  readonly publishableKey: string;
  /** Two while one takes the place of the other. */
  readonly webhookSecrets: readonly string[];
};

export type SigningKey = JWK & { readonly kid: string; readonly d: string };

export class SettingsError extends Error {
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(`Roost refuses to start: ${problems.join('; ')}`);
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

const MASTER_BYTES = 32;
const MIN_DISTINCT_BYTES = 16;
const MIN_DISTINCT_STEPS = 8;
const MIN_SECRET_CHARACTERS = 20;
export const MIN_PASSWORD_COST = 14;
// Cloudflare's documented test secrets: anybody's token passes them.
const TURNSTILE_TEST_SECRET = /^[123]x0{20,}AA$/;
const PLACEHOLDER = /example|change.?me|replace|placeholder|your[-_ ]|secret|password|x{4}|test|^(.)\1*$/i;
const MPESA_TEST_HOST = 'sandbox.safaricom.co.ke';
// The passkey that Daraja's documentation gives to everybody, of the shortcode 174379.
const MPESA_TEST_PASSKEY = 'bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919';
const MIN_ENCRYPTED_BYTES = 128;
const LIVE_KEY = { STRIPE_SECRET_KEY: /^[sr]k_live_/, STRIPE_PUBLISHABLE_KEY: /^pk_live_/ } as const;
const MIN_DISTINCT_CHARACTERS = 10;
// Stripe's keys are long enough to have "test" in them by chance, so less is looked for than elsewhere.
const EXAMPLE_KEY = /example|change.?me|replace|placeholder|your[-_ ]|secret|(.)\1{5}/i;
// The private keys that RFC 7515 and RFC 7517 print.
const PUBLISHED_KEYS = [
  'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
  '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE',
];

const MPESA_CREDENTIALS = [
  'MPESA_CONSUMER_KEY',
  'MPESA_CONSUMER_SECRET',
  'MPESA_PASSKEY',
  'MPESA_INITIATOR',
  'MPESA_SECURITY_CREDENTIAL',
] as const;
const UNSET = {
  ...{ MAIL_URL: '', MAIL_TOKEN: '', MPESA_URL: '', MPESA_SHORTCODE: '', RATES_URL: '' },
  ...Object.fromEntries(MPESA_CREDENTIALS.map((name) => [name, ''])),
};

const list = z.string().transform((value) => value.split(/\s+/).filter((item) => item !== ''));
const signingKey = z.looseObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  kid: z.string().min(4),
  x: z.string().length(43),
  y: z.string().length(43),
  d: z
    .string()
    .length(43)
    .refine((d) => isRandom(fromBase64Url(d)) && !PUBLISHED_KEYS.includes(d), 'has a key that is no secret'),
});
const json = z.string().transform((value, context): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not JSON' });
    return z.NEVER;
  }
});

const shape = z.object({
  ENVIRONMENT: z.enum(['development', 'staging', 'production']),
  ORIGIN: z.url({ protocol: /^https?$/ }),
  CORS_ORIGINS: list,
  AUTH_KEYS: json.pipe(z.array(signingKey).min(1).max(2)),
  MASTER_SECRET: z
    .string()
    .transform((value) => fromBase64Url(value))
    .refine((bytes) => bytes?.length === MASTER_BYTES, 'is not 32 bytes in base64url')
    .refine(isRandom, 'is not random'),
  CAPTCHA: z.enum(['required', 'optional']),
  CAPTCHA_HOSTNAMES: list.refine((names) => names.length > 0, 'names no host'),
  TURNSTILE_URL: z.url(),
  TURNSTILE_SECRET: z.string().min(MIN_SECRET_CHARACTERS),
  MAIL_PROVIDER: z.enum(['http', 'cloudflare']),
  MAIL_URL: z.string(),
  MAIL_TOKEN: z.string(),
  MAIL_FROM: z.string().min(3),
  MPESA_URL: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
  MPESA_CONSUMER_KEY: z.string(),
  MPESA_CONSUMER_SECRET: z.string(),
  MPESA_SHORTCODE: z.string(),
  MPESA_PASSKEY: z.string(),
  MPESA_INITIATOR: z.string(),
  MPESA_SECURITY_CREDENTIAL: z.string(),
  STRIPE_URL: z.url({ protocol: /^https?$/ }),
  STRIPE_SECRET_KEY: z.string().regex(/^[sr]k_(test|live)_\w{16,}$/),
  STRIPE_PUBLISHABLE_KEY: z.string().regex(/^pk_(test|live)_\w{16,}$/),
  STRIPE_WEBHOOK_SECRETS: list
    .refine((secrets) => secrets.length === 1 || secrets.length === 2, 'has to hold one or two secrets')
    .refine((secrets) => secrets.every((secret) => /^whsec_[\w+/=-]{16,}$/.test(secret)), 'is not whsec_…'),
  RATES_URL: z.union([z.literal(''), z.url({ protocol: /^https?$/ })]),
  PASSWORD_COST: z.coerce.number().int().min(8).max(16),
  RATE_LIMIT: z.coerce.number().int().positive(),
  AUTH_RATE_LIMIT: z.coerce.number().int().positive(),
});

const whole = shape.superRefine((env, context) => {
  if (env.MPESA_URL === '') return;
  const refuse = (name: string, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  if (env.MPESA_URL.endsWith('/')) refuse('MPESA_URL', 'ends with a stroke');
  if (!/^\d{5,7}$/.test(env.MPESA_SHORTCODE)) refuse('MPESA_SHORTCODE', 'is not 5 to 7 digits');
  for (const name of MPESA_CREDENTIALS) if (env[name] === '') refuse(name, 'is missing');
});

const strict = whole.superRefine((env, context) => {
  if (env.ENVIRONMENT === 'development') return;
  const refuse = (name: string, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message });
  const weak = (secret: string) => secret.length < MIN_SECRET_CHARACTERS || PLACEHOLDER.test(secret);

  if (!env.ORIGIN.startsWith('https://')) refuse('ORIGIN', 'is not https');
  if (env.CAPTCHA !== 'required') refuse('CAPTCHA', 'has to be "required" outside development');
  if (!env.TURNSTILE_URL.startsWith('https://')) refuse('TURNSTILE_URL', 'is not https');
  if (TURNSTILE_TEST_SECRET.test(env.TURNSTILE_SECRET)) refuse('TURNSTILE_SECRET', 'is a test secret');
  else if (weak(env.TURNSTILE_SECRET)) refuse('TURNSTILE_SECRET', 'is weak or an example');
  if (env.MAIL_PROVIDER === 'http') {
    if (!env.MAIL_URL.startsWith('https://')) refuse('MAIL_URL', 'is not https');
    if (weak(env.MAIL_TOKEN)) refuse('MAIL_TOKEN', 'is missing, weak or an example');
  }
  if (env.MPESA_URL !== '') {
    const isProduction = env.ENVIRONMENT === 'production';
    const encrypted = Buffer.from(env.MPESA_SECURITY_CREDENTIAL, 'base64');
    if (!env.MPESA_URL.startsWith('https://')) refuse('MPESA_URL', 'is not https');
    else if (isProduction && new URL(env.MPESA_URL).hostname === MPESA_TEST_HOST)
      refuse('MPESA_URL', 'is where no money moves');
    for (const name of ['MPESA_CONSUMER_KEY', 'MPESA_CONSUMER_SECRET', 'MPESA_PASSKEY'] as const)
      if (weak(env[name])) refuse(name, 'is weak or an example');
    if (isProduction && env.MPESA_PASSKEY === MPESA_TEST_PASSKEY) refuse('MPESA_PASSKEY', 'is a test key');
    if (encrypted.length < MIN_ENCRYPTED_BYTES || !isRandom(encrypted))
      refuse('MPESA_SECURITY_CREDENTIAL', "is no password encrypted by M-Pesa's certificate");
  }
  if (!env.STRIPE_URL.startsWith('https://')) refuse('STRIPE_URL', 'is not https');
  for (const name of ['STRIPE_SECRET_KEY', 'STRIPE_PUBLISHABLE_KEY'] as const) {
    if (!LIVE_KEY[name].test(env[name])) refuse(name, 'is a test key');
    else if (isExampleKey(env[name])) refuse(name, 'is weak or an example');
  }
  const [first, second] = env.STRIPE_WEBHOOK_SECRETS;
  if (env.STRIPE_WEBHOOK_SECRETS.some(isExampleKey))
    refuse('STRIPE_WEBHOOK_SECRETS', 'is weak or an example');
  else if (first === second) refuse('STRIPE_WEBHOOK_SECRETS', 'holds the same secret twice');
  if (!env.RATES_URL.startsWith('https://')) refuse('RATES_URL', 'is not https');
  if (env.PASSWORD_COST < MIN_PASSWORD_COST) refuse('PASSWORD_COST', `is below ${MIN_PASSWORD_COST}`);
});

/** What follows the last underscore is what Stripe has drawn. */
function isExampleKey(key: string): boolean {
  const drawn = key.slice(key.lastIndexOf('_') + 1);
  const isShort = drawn.length < MIN_SECRET_CHARACTERS || new Set(drawn).size < MIN_DISTINCT_CHARACTERS;
  return isShort || EXAMPLE_KEY.test(key);
}

/** Neither typed by somebody, nor one thing over and over, nor a row of numbers. */
function isRandom(bytes: Uint8Array | null): boolean {
  if (bytes === null) return false;
  const steps = new Set(bytes.map((byte, index) => byte - (bytes[index - 1] ?? 0)));
  const isTyped = bytes.every((byte) => byte >= 0x20 && byte < 0x7f);
  return new Set(bytes).size >= MIN_DISTINCT_BYTES && steps.size >= MIN_DISTINCT_STEPS && !isTyped;
}

const parsed = new WeakMap<object, Settings>();

/** Parsed once per isolate. */
export function settingsOf(env: object): Settings {
  let settings = parsed.get(env);
  if (!settings) {
    settings = parseSettings(env as Record<string, unknown>);
    parsed.set(env, settings);
  }
  return settings;
}

export function parseSettings(env: Readonly<Record<string, unknown>>): Settings {
  const result = strict.safeParse({ ...UNSET, ...env });
  const first = new Map<unknown, string>();
  for (const issue of result.error?.issues ?? []) {
    const [name] = issue.path;
    if (!first.has(name)) first.set(name, `${String(name)} ${described(env, issue)}`);
  }
  const problems = [...first.values()];
  if (env.ENVIRONMENT !== 'development' && 'SANDBOX' in env)
    problems.push('SANDBOX is bound outside development');
  if (!result.success || problems.length > 0) throw new SettingsError(problems);

  const value = result.data;
  return {
    environment: value.ENVIRONMENT,
    origin: value.ORIGIN,
    corsOrigins: value.CORS_ORIGINS,
    authKeys: value.AUTH_KEYS as unknown as readonly SigningKey[],
    masterSecret: value.MASTER_SECRET as Uint8Array,
    captcha: {
      required: value.CAPTCHA === 'required',
      url: value.TURNSTILE_URL,
      secret: value.TURNSTILE_SECRET,
      hostnames: value.CAPTCHA_HOSTNAMES,
    },
    mail: {
      provider: value.MAIL_PROVIDER,
      url: value.MAIL_URL,
      token: value.MAIL_TOKEN,
      from: value.MAIL_FROM,
    },
    mpesa:
      value.MPESA_URL === ''
        ? null
        : {
            url: value.MPESA_URL,
            consumerKey: value.MPESA_CONSUMER_KEY,
            consumerSecret: value.MPESA_CONSUMER_SECRET,
            shortcode: value.MPESA_SHORTCODE,
            passkey: value.MPESA_PASSKEY,
            initiator: value.MPESA_INITIATOR,
            securityCredential: value.MPESA_SECURITY_CREDENTIAL,
          },
    stripe: {
      url: value.STRIPE_URL,
      secretKey: value.STRIPE_SECRET_KEY,
      publishableKey: value.STRIPE_PUBLISHABLE_KEY,
      webhookSecrets: value.STRIPE_WEBHOOK_SECRETS,
    },
    ratesUrl: value.RATES_URL || null,
    passwordCost: value.PASSWORD_COST,
    rateLimit: value.RATE_LIMIT,
    authRateLimit: value.AUTH_RATE_LIMIT,
  };
}

/** zod's messages can quote what they were given, which for a secret must not be repeated. */
function described(env: Readonly<Record<string, unknown>>, issue: z.core.$ZodIssue): string {
  const name = String(issue.path[0]);
  if (env[name] === undefined || env[name] === '') return 'is missing';
  return issue.code === 'custom' ? issue.message : 'is not what it should be';
}
