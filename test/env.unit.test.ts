import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { unstable_readConfig } from 'wrangler';
import { WEBHOOK_SECRET } from '../sandbox/src/stripe/secret.ts';
import { API_CONFIG } from '../scripts/places.ts';
import { generateAuthKey, TURNSTILE_TEST_SECRET } from '../scripts/secrets.ts';
import { parseSettings, SettingsError } from '../src/env.ts';

const [first, second, third] = await Promise.all([generateAuthKey(), generateAuthKey(), generateAuthKey()]);
const { d: _, ...publicOnly } = first;
const secrets = {
  AUTH_KEYS: JSON.stringify([first]),
  MASTER_SECRET: randomBytes(32).toString('base64url'),
  TURNSTILE_SECRET: '0x4AAAAAAADnPIDROrmt1Wwj9fKq2ZbL7cE',
  MAIL_TOKEN: 're_9fK2qL7vW3ZrB8dNc5YhJ1pT',
  MPESA_CONSUMER_KEY: 'hV3kQ9zLr7Wm2YcB8nFj5TdGp6Ks4Rx',
  MPESA_CONSUMER_SECRET: 'Zq8LmW2vNc7RfT5yJk3HbG6d',
  MPESA_PASSKEY: randomBytes(32).toString('hex'),
  MPESA_SECURITY_CREDENTIAL: randomBytes(256).toString('base64'),
  STRIPE_SECRET_KEY: 'sk_live_51QxT8dLk2Vb7NwPzR4mYcE9fHuJ3aSg6',
  STRIPE_PUBLISHABLE_KEY: 'pk_live_51QxT8dLk2Vb7NwPzR4mYcE9fHuJ3aSg6',
  STRIPE_WEBHOOK_SECRETS: 'whsec_7Rk2VbNwPzT8dLmYcE9fHuJ3aSg6Qx4',
};
const bytes = (length: number, at: (index: number) => number) =>
  Buffer.from(Array.from({ length }, (_, index) => at(index))).toString('base64url');
const withPrivatePart = (d: string) => JSON.stringify([{ ...first, d }]);

/** What stands in for a secret before somebody makes a real one, and what is cut off or mixed up in copying. */
const UNFIT: Readonly<Record<keyof typeof secrets, Readonly<Record<string, string>>>> = {
  AUTH_KEYS: {
    'no JSON': 'change-me-change-me-change-me',
    'no key': '[]',
    'a key outside a list': JSON.stringify(first),
    'more keys than two': JSON.stringify([first, second, third]),
    'a public key': JSON.stringify([publicOnly]),
    'a key of another kind': JSON.stringify([{ ...first, kty: 'oct' }]),
    'a key of another curve': JSON.stringify([{ ...first, crv: 'P-384' }]),
    'a key without a name': JSON.stringify([{ ...first, kid: '' }]),
    'a key cut short': withPrivatePart(String(first.d).slice(0, -4)),
    'a key of zeros': withPrivatePart(bytes(32, () => 0)),
    'a key that counts': withPrivatePart(bytes(32, (index) => index + 1)),
    'the key of RFC 7515': JSON.stringify([
      {
        ...{ kty: 'EC', crv: 'P-256', kid: 'rfc7515', alg: 'ES256', use: 'sig' },
        x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
        y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
        d: 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI',
      },
    ]),
    'the key of RFC 7517': JSON.stringify([
      {
        ...{ kty: 'EC', crv: 'P-256', kid: 'rfc7517', alg: 'ES256', use: 'sig' },
        x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4',
        y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
        d: '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE',
      },
    ]),
  },
  MASTER_SECRET: {
    'too few bytes': randomBytes(31).toString('base64url'),
    'too many bytes': randomBytes(33).toString('base64url'),
    'another alphabet': `${'+/'.repeat(21)}+`,
    zeros: bytes(32, () => 0),
    'one word, again and again': bytes(32, (index) => 'roost!'.charCodeAt(index % 6)),
    'a row of numbers': bytes(32, (index) => index),
    'a sentence': Buffer.from('my dog ate 47 Quick brown foxes!').toString('base64url'),
    'a placeholder': 'change-me-to-32-random-bytes-in-base64url-x',
  },
  TURNSTILE_SECRET: {
    'a few characters': '0x4AAA',
    'the test secret that always passes': TURNSTILE_TEST_SECRET,
    'the test secret that always fails': '2x0000000000000000000000000000000AA',
    'the test secret of spent tokens': '3x0000000000000000000000000000000AA',
    'a placeholder': 'your-turnstile-secret-key-goes-here',
    'one character': 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  },
  MAIL_TOKEN: {
    'a few characters': 're_9fK2qL7v',
    'an example': 're_example_9fK2qL7vW3ZrB8dN',
    'a test token': 're_test_9fK2qL7vW3ZrB8dNc5Yh',
    'a placeholder': 're_xxxxxxxxxxxxxxxxxxxxxxxxx',
    'one character': '00000000000000000000000000000000',
  },
  MPESA_CONSUMER_KEY: { 'a few characters': 'hV3kQ9zLr7', 'a placeholder': 'your-consumer-key-from-daraja' },
  MPESA_CONSUMER_SECRET: { 'a few characters': 'Zq8LmW2', 'an example': 'consumer-secret-example-1' },
  MPESA_PASSKEY: { 'a few characters': 'bfb279f9', 'one character': '0'.repeat(64) },
  MPESA_SECURITY_CREDENTIAL: {
    'too short for the certificate': randomBytes(127).toString('base64'),
    'the password itself': 'Safaricom123!!*!',
    'a sentence in base64': Buffer.from('Safaricom123!! is our password. '.repeat(8)).toString('base64'),
    zeros: Buffer.alloc(256).toString('base64'),
  },
  STRIPE_SECRET_KEY: {
    'a test key': 'sk_test_51QxT8dLk2Vb7NwPzR4mYcE9fHuJ3aSg6',
    'a restricted test key': 'rk_test_51QxT8dLk2Vb7NwPzR4mYcE9fHuJ3aSg6',
    'the key for front ends': 'pk_live_51QxT8dLk2Vb7NwPzR4mYcE9fHuJ3aSg6',
    'a few characters': 'sk_live_51QxT8d',
    'cut short': 'sk_live_51QxT8dLk2Vb7NwPz',
    'a placeholder': 'sk_live_your_stripe_key_goes_here_51QxT8dLk2Vb7NwPzR4mYc',
    'one character': 'sk_live_00000000000000000000000000000000',
  },
  STRIPE_PUBLISHABLE_KEY: {
    'a test key': 'pk_test_51QxT8dLk2Vb7NwPzR4mYcE9fHuJ3aSg6',
    'the secret key': 'sk_live_51QxT8dLk2Vb7NwPzR4mYcE9fHuJ3aSg6',
    'an example': 'pk_live_example_51QxT8dLk2Vb7NwPzR4mYcE9fHuJ3aSg6',
    'one character': 'pk_live_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx',
  },
  STRIPE_WEBHOOK_SECRETS: {
    "the sandbox's": WEBHOOK_SECRET,
    'a few characters': 'whsec_7Rk2Vb',
    'without its prefix': '7Rk2VbNwPzT8dLmYcE9fHuJ3aSg6Qx4',
    'an example': 'whsec_test_secret_7Rk2VbNwPzT8dLmYcE9fHuJ3aSg6Qx4',
    'a good one and an example': 'whsec_7Rk2VbNwPzT8dLmYcE9fHuJ3aSg6Qx4 whsec_1111111111111111111111111111',
    'the same one twice': 'whsec_7Rk2VbNwPzT8dLmYcE9fHuJ3aSg6Qx4 whsec_7Rk2VbNwPzT8dLmYcE9fHuJ3aSg6Qx4',
    'three of them':
      'whsec_7Rk2VbNwPzT8dLmYcE9fHuJ3aSg6Qx4 whsec_8Rk2VbNwPzT8dLmYcE9fHuJ3aSg6Qx4 whsec_9Rk2VbNwPzT8dLmYcE9fHuJ3aSg6Qx4',
  },
};
const MPESA = {
  MPESA_URL: 'https://api.safaricom.co.ke',
  MPESA_SHORTCODE: '600992',
  MPESA_INITIATOR: 'rooster',
};

for (const environment of ['staging', 'production']) {
  const { vars } = unstable_readConfig({ config: API_CONFIG, env: environment }, { hideWarnings: true });
  const mailed = { MAIL_PROVIDER: 'http', MAIL_URL: 'https://mail.example.com/send' };
  const good: Record<string, unknown> = { ...vars, ...mailed, ...MPESA, ...secrets };

  test(`${environment} starts on its settings and real secrets, and needs no mail token for Cloudflare's mail`, () => {
    expect(parseSettings(good)).toMatchObject({ environment, captcha: { required: true } });
    const { MAIL_TOKEN: _, ...others } = secrets;
    expect(parseSettings({ ...vars, ...others }).mail.provider).toBe('cloudflare');
    expect(parseSettings({ ...good, AUTH_KEYS: JSON.stringify([second, first]) }).authKeys).toHaveLength(2);
    const rolled = `${secrets.STRIPE_WEBHOOK_SECRETS}\n whsec_8Rk2VbNwPzT8dLmYcE9fHuJ3aSg6Qx4 `;
    expect(parseSettings({ ...good, STRIPE_WEBHOOK_SECRETS: rolled }).stripe.webhookSecrets).toEqual([
      secrets.STRIPE_WEBHOOK_SECRETS,
      'whsec_8Rk2VbNwPzT8dLmYcE9fHuJ3aSg6Qx4',
    ]);
  });

  test(`${environment} takes M-Pesa whole or not at all`, () => {
    const own = Object.entries(secrets).filter(([name]) => !name.startsWith('MPESA_'));
    const others = secrets;
    expect(parseSettings({ ...vars, ...Object.fromEntries(own) }).mpesa).toBeNull();
    expect(parseSettings({ ...vars, ...secrets }).mpesa).toBeNull();
    expect(parseSettings(good).mpesa).toEqual({
      url: MPESA.MPESA_URL,
      shortcode: MPESA.MPESA_SHORTCODE,
      initiator: MPESA.MPESA_INITIATOR,
      consumerKey: others.MPESA_CONSUMER_KEY,
      consumerSecret: others.MPESA_CONSUMER_SECRET,
      passkey: others.MPESA_PASSKEY,
      securityCredential: others.MPESA_SECURITY_CREDENTIAL,
    });
    for (const [name, unfit] of Object.entries({
      MPESA_URL: ['https://api.safaricom.co.ke/', 'safaricom', 'ftp://api.safaricom.co.ke'],
      MPESA_SHORTCODE: ['', '1234', '12345678', 'a12345'],
      MPESA_INITIATOR: [''],
    })) {
      for (const value of unfit) {
        expect(problemsOf({ ...good, [name]: value })).toEqual([expect.stringMatching(`^${name} `)]);
      }
    }
  });

  for (const name of Object.keys(secrets) as (keyof typeof secrets)[]) {
    test(`${environment} refuses to start without ${name}, and names it`, () => {
      const { [name]: _, ...without } = good;
      expect(problemsOf(without)).toEqual([expect.stringMatching(`^${name} is missing`)]);
      expect(problemsOf({ ...good, [name]: '' })).toEqual([expect.stringMatching(`^${name} is missing`)]);
    });

    for (const [kind, value] of Object.entries(UNFIT[name])) {
      test(`${environment} refuses to start when ${name} is ${kind}, and does not repeat it`, () => {
        const problems = problemsOf({ ...good, [name]: value });
        expect(problems).toEqual([expect.stringMatching(`^${name} `)]);
        expect(problems.join()).not.toContain(value);
        expect(problems.join()).not.toContain(String(first.d));
      });
    }
  }

  test(`${environment} refuses to start with what only development may have`, () => {
    const unfit = {
      ORIGIN: 'http://api.roost.example',
      CAPTCHA: 'optional',
      TURNSTILE_URL: 'http://sandbox/sandbox/turnstile/v0/siteverify',
      MAIL_URL: 'http://sandbox/sandbox/mail',
      MPESA_URL: 'http://sandbox/sandbox/daraja',
      STRIPE_URL: 'http://sandbox/sandbox/stripe',
      RATES_URL: 'http://sandbox/sandbox/rates',
      PASSWORD_COST: '13',
    };
    for (const [name, value] of Object.entries(unfit)) {
      expect(problemsOf({ ...good, [name]: value }), name).toEqual([expect.stringMatching(`^${name} `)]);
    }
    expect(problemsOf({ ...good, SANDBOX: {} })).toEqual(['SANDBOX is bound outside development']);
  });

  test(`${environment} compares no currencies by a table that nobody keeps up to date`, () => {
    expect(parseSettings(good).ratesUrl).toBe(vars.RATES_URL);
    const { RATES_URL: _, ...without } = good;
    for (const env of [without, { ...good, RATES_URL: '' }])
      expect(problemsOf(env)).toEqual(['RATES_URL is missing']);
    expect(problemsOf({ ...good, RATES_URL: 'rates' })).toEqual([expect.stringMatching(/^RATES_URL /)]);
  });

  test(`${environment} names everything that is wrong at once`, () => {
    const { AUTH_KEYS: _, MASTER_SECRET: __, ...rest } = good;
    expect(problemsOf(rest)).toEqual(['AUTH_KEYS is missing', 'MASTER_SECRET is missing']);
  });
}

test('no money is taken in production where Safaricom moves none', () => {
  const passkey = 'bfb279f9aa9bdbcf158e97dd71a467cd2e0c893059b10f78e6b72ada1ed2c919';
  for (const [name, value] of [
    ['MPESA_URL', 'https://sandbox.safaricom.co.ke'],
    ['MPESA_PASSKEY', passkey],
  ] as const) {
    for (const environment of ['staging', 'production']) {
      const { vars } = unstable_readConfig({ config: API_CONFIG, env: environment }, { hideWarnings: true });
      const problems = problemsOf({ ...vars, ...MPESA, ...secrets, [name]: value });
      expect(problems.map((problem) => problem.split(' ', 1)[0])).toEqual(
        environment === 'production' ? [name] : [],
      );
      expect(problems.join()).not.toContain(value);
    }
  }
});

test('a setting that nobody knows how to read is refused everywhere', () => {
  const { vars } = unstable_readConfig({ config: API_CONFIG }, { hideWarnings: true });
  const good: Record<string, unknown> = { ...vars, ...secrets };
  expect(parseSettings({ ...good, SANDBOX: {} })).toMatchObject({
    environment: 'development',
    ratesUrl: null,
  });
  for (const [name, value] of Object.entries({ ENVIRONMENT: 'prod', RATE_LIMIT: 'many', ORIGIN: 'roost' })) {
    expect(problemsOf({ ...good, [name]: value })).toContainEqual(expect.stringMatching(`^${name} `));
  }
});

function problemsOf(env: Readonly<Record<string, unknown>>): readonly string[] {
  try {
    parseSettings(env);
  } catch (error) {
    if (error instanceof SettingsError) {
      expect(error.message).toBe(`Roost refuses to start: ${error.problems.join('; ')}`);
      return error.problems;
    }
    throw error;
  }
  return [];
}
