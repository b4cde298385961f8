// npm run -s totp -- SECRET [--url http://localhost:8787]
import { parseArgs } from 'node:util';
import { Secret, TOTP } from 'otpauth';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { url: { type: 'string', default: 'http://localhost:8787' } },
});
const [secret] = positionals;
if (!secret) throw new Error('Say which: npm run -s totp -- SECRET');

/** What an authenticator app would show, by the clock of the running sandbox: that one may have been moved. */
const response = await fetch(new URL('/sandbox/clock', values.url)).catch(() => null);
if (!response?.ok)
  throw new Error(`There is no sandbox at ${values.url}. Start it, or say where with --url.`);
const { now } = (await response.json()) as { now: string };
console.log(new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: Date.parse(now) }));
