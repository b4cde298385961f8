import type { DeliveryMode, Receiver } from './delivery-faults.ts';
import { signStripe } from './stripe/signature.ts';

export type Sending = { path: string; headers: Record<string, string>; body: string };

const OFF_MS = 301_000;
const FOREIGN_TOKEN = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';

/** What goes out at this moment, spoilt as the mode says. The signature is always of what should have gone out. */
export async function toSending(
  { target, path, headers, body }: Sending & { target: Receiver },
  mode: DeliveryMode,
  nowMs: number,
): Promise<Sending> {
  const sent = { path, headers: { 'content-type': 'application/json', ...headers }, body: spoil(body, mode) };
  switch (target) {
    case 'stripe': {
      const signature = await signStripe(body, nowMs + offBy(mode), mode === 'forged');
      return { ...sent, headers: { ...sent.headers, 'stripe-signature': signature } };
    }
    // Nothing is signed: who knows the address is believed to be Safaricom, so a forger has another one.
    case 'mpesa':
      return mode === 'forged' ? { ...sent, path: path.replace(/[^/]+$/, FOREIGN_TOKEN) } : sent;
  }
}

function offBy(mode: DeliveryMode): number {
  if (mode === 'old') return -OFF_MS;
  return mode === 'future' ? OFF_MS : 0;
}

function spoil(body: string, mode: DeliveryMode): string {
  switch (mode) {
    case 'tampered': {
      const changed = body.replace(
        /("(?:transaction)?amount"(?:,"value")?:\s*)(\d+)/i,
        (_, name, amount) => `${name}${Number(amount) + 1}`,
      );
      return changed === body ? `${body} ` : changed;
    }
    case 'truncated':
      return body.slice(0, body.length / 2);
    case 'reserialised': {
      const compact = JSON.stringify(JSON.parse(body));
      return compact === body ? JSON.stringify(JSON.parse(body), null, 2) : compact;
    }
    default:
      return body;
  }
}
