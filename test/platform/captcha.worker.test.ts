import { afterEach, expect, test, vi } from 'vitest';
import { InvalidCredentials } from '../../src/accounts/errors.ts';
import { forgotPassword } from '../../src/accounts/forgot-password.ts';
import { login } from '../../src/accounts/login.ts';
import { registerAccount } from '../../src/accounts/register-account.ts';
import { resendCode } from '../../src/accounts/resend-code.ts';
import { CAPTCHA_AFTER_FAILURES } from '../../src/accounts/rules.ts';
import type { Context } from '../../src/context.ts';
import type { Settings } from '../../src/env.ts';
import { Fault } from '../../src/kernel/errors.ts';
import { CaptchaRefused, CaptchaRequired } from '../../src/platform/captcha.ts';
import {
  costOf,
  expectRefusal,
  newPerson,
  PASSWORD,
  queued,
  quietQueues,
  sandbox,
  shared,
  stranger,
} from '../accounts/people.ts';
import { everything, request } from '../worker/ground.ts';

const PASSES = '1x0000000000000000000000000000000AA';
const FAILS = '2x0000000000000000000000000000000AA';
const SPENT = '3x0000000000000000000000000000000AA';
const REAL = '0x4AAAAAAAo8hTqRk2bQm5uE-RnPpW1cYzV';

const guarded = (captcha: Partial<Settings['captcha']> = {}): Settings => ({
  ...shared,
  captcha: { ...shared.captcha, required: true, secret: REAL, ...captcha },
});
const visit = (settings = guarded()) => stranger({ settings });

let count = 0;
const newAddress = () => `visitor-${++count}@example.com`;

/** Every verb that a machine would like to call, with the action that its widget names. */
type Verb = { action: string; run(ctx: Context, captcha: string | undefined): Promise<unknown> };
const withCaptcha = (captcha: string | undefined) => (captcha === undefined ? {} : { captcha });
const VERBS: readonly Verb[] = [
  {
    action: 'register',
    run: (ctx, captcha) =>
      registerAccount(ctx, { email: newAddress(), password: PASSWORD, name: 'Ada', ...withCaptcha(captcha) }),
  },
  {
    action: 'resend-code',
    run: (ctx, captcha) => resendCode(ctx, { email: newAddress(), ...withCaptcha(captcha) }),
  },
  {
    action: 'forgot-password',
    run: (ctx, captcha) => forgotPassword(ctx, { email: newAddress(), ...withCaptcha(captcha) }),
  },
];

async function solve(action: string, hostname = 'localhost'): Promise<string> {
  const answer = await sandbox('turnstile/tokens', { action, hostname });
  return ((await answer.json()) as { token: string }).token;
}

const turnstileIs = (mode: 'down' | 'slow' | 'error' | 'none') =>
  sandbox('faults', { target: 'turnstile', mode });

afterEach(async () => {
  vi.restoreAllMocks();
  await turnstileIs('none');
});

/** Nothing written, nothing sent, nothing counted. */
async function expectFault(attempt: () => Promise<unknown>): Promise<void> {
  const before = await everything();
  const sent = queued.length;
  await expect(attempt()).rejects.toBeInstanceOf(Fault);
  expect(await everything()).toEqual(before);
  expect(queued).toHaveLength(sent);
}

test('a challenge that was solved for this page and this action lets its solver pass once', async () => {
  for (const { action, run } of VERBS) {
    const token = await solve(action);
    const sent = queued.length;
    const ctx = visit();
    await run(ctx, token);
    await ctx.settle();
    expect(queued).toHaveLength(sent + 1);

    const again = visit();
    await expectRefusal(CaptchaRefused, () => run(again, token));
    expect(costOf(again)).toEqual({});
  }
});

test('where the challenge is required, nobody passes without it', async () => {
  for (const { run } of VERBS) {
    const ctx = visit();
    await expectRefusal(CaptchaRequired, () => run(ctx, undefined));
    expect(costOf(ctx)).toEqual({});
  }
});

test('a challenge solved for another action, on another site, long ago, or never is refused', async () => {
  for (const { action, run } of VERBS) {
    const other = VERBS.find((verb) => verb.action !== action)?.action as string;
    const tokens = [
      await solve(other),
      await solve('login'),
      await solve(action.toUpperCase()),
      await solve(action, 'evil.example'),
      await solve(action, 'localhost.evil.example'),
      'made up',
      'x'.repeat(2_049),
      PASSES,
    ];
    for (const token of tokens) await expectRefusal(CaptchaRefused, () => run(visit(), token));
  }
});

test('a solved challenge is worth nothing after five minutes', async () => {
  const token = await solve('register');
  await sandbox('clock', { advance: 'PT5M1S' });
  await expectRefusal(CaptchaRefused, () => VERBS[0]?.run(visit(), token) as Promise<unknown>);
});

test('the documented test secrets pass, fail and are spent, in development only', async () => {
  for (const { run } of VERBS) {
    await run(visit(guarded({ secret: PASSES })), 'any');
    await expectRefusal(CaptchaRefused, () => run(visit(guarded({ secret: FAILS })), 'any'));
    await expectRefusal(CaptchaRefused, () => run(visit(guarded({ secret: SPENT })), 'any'));
    const production = { ...guarded({ secret: PASSES }), environment: 'production' } as const;
    await expectRefusal(CaptchaRefused, () => run(visit(production), 'any'));
  }
});

test('where it is optional, who shows no challenge passes unasked, and who shows one is judged by it', async () => {
  await turnstileIs('down');
  const optional = guarded({ required: false });
  for (const { run } of VERBS) await run(visit(optional), undefined);
  await turnstileIs('none');
  for (const { run } of VERBS) await expectRefusal(CaptchaRefused, () => run(visit(optional), 'made up'));
});

test('while nobody can judge the challenge, nobody passes and nothing is done', async () => {
  for (const mode of ['down', 'error'] as const) {
    await turnstileIs(mode);
    for (const { action, run } of VERBS) {
      const token = await solve(action);
      await expectFault(() => run(visit(), token));
    }
  }
});

test('a judge who does not answer in time lets nobody pass', async () => {
  await turnstileIs('slow');
  const { timeout } = AbortSignal;
  const patience = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => timeout(20));
  for (const { action, run } of VERBS) {
    const token = await solve(action);
    await expectFault(() => run(visit(), token));
  }
  expect(patience).toHaveBeenCalledWith(5_000);
});

test('an answer that is not a verdict lets nobody pass', async () => {
  const answers = [
    new Response('not json'),
    Response.json(null),
    Response.json([]),
    Response.json({}),
    Response.json({ success: 'true', hostname: 'localhost', action: 'register' }),
    Response.json({ success: 1, hostname: 'localhost', action: 'register' }),
    Response.json({ success: true, hostname: 7, action: 'register' }),
    Response.json({ success: true, hostname: 'localhost', action: 'register' }, { status: 500 }),
    new Response(null, { status: 302, headers: { location: 'http://sandbox/sandbox/mail' } }),
  ];
  for (const answer of answers) {
    const strange = { fetch: async () => answer } as unknown as Fetcher;
    const ctx = stranger({ settings: guarded(), bindings: { SANDBOX: strange } });
    await expectFault(() => VERBS[0]?.run(ctx, 'any') as Promise<unknown>);
  }
});

test('a verdict that does not say where and what for lets nobody pass', async () => {
  const verdicts = [
    { success: true },
    { success: true, hostname: 'localhost' },
    { success: true, action: 'register' },
    { success: true, hostname: '', action: 'register' },
    { success: true, hostname: 'localhost', action: '' },
    { success: false, hostname: 'localhost', action: 'register' },
  ];
  for (const verdict of verdicts) {
    const judge = { fetch: async () => Response.json(verdict) } as unknown as Fetcher;
    const ctx = stranger({ settings: guarded(), bindings: { SANDBOX: judge } });
    await expectRefusal(CaptchaRefused, () => VERBS[0]?.run(ctx, 'any') as Promise<unknown>);
  }
});

test('a login needs the challenge after three failures for the address, wherever they came from', async () => {
  const { email } = await newPerson();
  const enter = async (ip: string, password: string, captcha?: string) => {
    const ctx = stranger({ settings: guarded(), ip });
    return login(ctx, { email: email as string, password, ...withCaptcha(captcha) });
  };
  for (let failure = 1; failure <= CAPTCHA_AFTER_FAILURES; failure += 1) {
    await expectRefusal(InvalidCredentials, () => enter(`192.0.2.${failure}`, 'wrong'));
  }
  await expectRefusal(CaptchaRequired, () => enter('198.51.100.1', PASSWORD));
  const foreign = await solve('register');
  await expectRefusal(CaptchaRefused, () => enter('198.51.100.2', PASSWORD, foreign));
  const solved = await solve('login');
  await turnstileIs('down');
  await expectFault(() => enter('198.51.100.3', PASSWORD, solved));
  await turnstileIs('none');
  await expect(enter('198.51.100.4', PASSWORD, solved)).resolves.toMatchObject({ user: { email } });

  await expectRefusal(InvalidCredentials, () => enter('198.51.100.5', 'wrong'));
});

test('an address without an account asks for the challenge at the same moment', async () => {
  const email = newAddress();
  const enter = () => login(stranger({ settings: guarded() }), { email, password: PASSWORD });
  for (let failure = 1; failure <= CAPTCHA_AFTER_FAILURES; failure += 1) {
    await expectRefusal(InvalidCredentials, enter);
  }
  await expectRefusal(CaptchaRequired, enter);
});

test('before it reads who is there, a login without its challenge has cost one count and no database', async () => {
  const { email } = await newPerson();
  const failing = () => stranger({ settings: guarded() });
  for (let failure = 1; failure <= CAPTCHA_AFTER_FAILURES; failure += 1) {
    await expectRefusal(InvalidCredentials, () =>
      login(failing(), { email: email as string, password: 'wrong' }),
    );
  }
  const ctx = failing();
  await expectRefusal(CaptchaRequired, () => login(ctx, { email: email as string, password: PASSWORD }));
  expect(costOf(ctx)).toEqual({ limiterHops: 1 });
});

test('the client hears 403 for a missing or refused challenge, and 503 when it should come back', async () => {
  const ask = (captcha?: string) =>
    request('/v1/auth/forgot-password', {
      method: 'POST',
      json: { email: newAddress(), ...withCaptcha(captcha) },
      bindings: { ...quietQueues, CAPTCHA: 'required', TURNSTILE_SECRET: REAL },
    });
  const missing = await ask();
  expect(missing.status).toBe(403);
  expect(await missing.json()).toMatchObject({ code: 'auth.captcha_required' });
  const refused = await ask('made up');
  expect(refused.status).toBe(403);
  expect(await refused.json()).toMatchObject({ code: 'auth.captcha_refused' });
  await turnstileIs('down');
  const later = await ask('any');
  expect(later.status).toBe(503);
  expect(later.headers.get('retry-after')).toBe('5');
  expect(await later.json()).toMatchObject({ code: 'service.unavailable' });
});
