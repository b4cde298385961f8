import type { Settings } from '../env.ts';
import { Fault } from '../kernel/errors.ts';
import type { Outbound } from './outbound.ts';

export type Mail = {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Sends once per key as far as the provider can tell repeats apart. */
export type Mailer = { send(mail: Mail, key: string): Promise<void> };

export function createMailer(
  settings: Settings,
  outbound: Outbound,
  binding: Pick<SendEmail, 'send'> | undefined,
): Mailer {
  const { provider, url, token, from } = settings.mail;
  switch (provider) {
    case 'http':
      return {
        async send(mail, key) {
          const headers = { authorization: `Bearer ${token}`, 'idempotency-key': key };
          await outbound.post(url, { body: { from, ...mail }, headers });
        },
      };
    case 'cloudflare':
      return {
        async send(mail, key) {
          if (!binding) throw new Fault('mail', 'the binding SEND_EMAIL is missing');
          try {
            // The same Message-ID lets the receiving side fold a repeat into the first.
            const headers = {
              ...mail.headers,
              'Message-ID': `<${key}@${new URL(settings.origin).hostname}>`,
            };
            await binding.send({ from, ...mail, headers });
          } catch (error) {
            throw new Fault('mail', error);
          }
        },
      };
  }
}
