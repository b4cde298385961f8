import type { Settings } from '../env.ts';
import { defineRefusal, Fault } from '../kernel/errors.ts';
import { z } from '../kernel/zod.ts';
import type { Outbound } from './outbound.ts';

/**
 * Turnstile, asked over HTTP. It fails closed: no answer, an answer for another action or host, or a
 * spent token admit nobody. Cloudflare lets a token pass once.
 */
export type Captcha = {
  verify(token: string | undefined, action: string, ip: string): Promise<void>;
};

export const CaptchaRequired = defineRefusal(
  'auth.captcha_required',
  'forbidden',
  'Solve the challenge and send its token as `captcha`',
);
export const CaptchaRefused = defineRefusal(
  'auth.captcha_refused',
  'forbidden',
  'The challenge token was not accepted; solve a new one',
);

const Verdict = z.object({
  success: z.boolean(),
  hostname: z.string().optional(),
  action: z.string().optional(),
  metadata: z.looseObject({ result_with_testing_key: z.boolean().optional() }).optional(),
});

export function createCaptcha(settings: Settings, outbound: Outbound): Captcha {
  const { required, url, secret, hostnames } = settings.captcha;
  return {
    async verify(token, action, ip) {
      if (token === undefined) {
        if (required) throw CaptchaRequired();
        return;
      }
      const answer = await outbound.post(url, { body: { secret, response: token, remoteip: ip } });
      const verdict = Verdict.safeParse(answer.body);
      if (!verdict.success) throw new Fault('captcha', verdict.error);

      const { success, hostname, action: solved, metadata } = verdict.data;
      // Settings refuse the test keys outside development, where nothing but this answer could tell.
      const isTest = metadata?.result_with_testing_key === true && settings.environment === 'development';
      const isHere = hostname !== undefined && hostnames.includes(hostname) && solved === action;
      if (!success || !(isTest || isHere)) throw CaptchaRefused();
    },
  };
}
