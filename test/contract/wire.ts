import { Agent, request } from 'node:http';

/** One request exactly as it goes over the wire, and its answer. */
export type Wire = {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
};

export type Answer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** Empty where the answer is no text. */
  readonly text: string;
};

export type Send = (wire: Wire) => Promise<Answer>;

const PATIENCE_MS = 30_000;
const SHOWN_BYTES = 2_000;
/** Whoever announces more than this is answered before all of it is sent, and hung up on. */
const ANNOUNCED_BYTES = 1024 * 1024;

/** Node's own client, because fetch corrects what is to be sent as it is. */
export function openWire(url: string): { send: Send; close(): void } {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(url);

  const send: Send = ({ method, target, headers, body }) =>
    new Promise((resolve, reject) => {
      const length = body === null ? {} : { 'content-length': String(body.length) };
      const options = { agent, hostname, port, method, path: target, headers: { ...length, ...headers } };
      const outgoing = request({ ...options, timeout: PATIENCE_MS }, (incoming) => {
        const chunks: Buffer[] = [];
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
        incoming.once('error', reject);
        incoming.once('end', () => {
          const bytes = Buffer.concat(chunks);
          const isPicture = incoming.headers['content-type']?.startsWith('image/') ?? false;
          resolve({
            status: incoming.statusCode ?? 0,
            headers: Object.fromEntries(
              Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
            ),
            bytes,
            text: isPicture ? '' : bytes.toString('utf8'),
          });
          if (!outgoing.writableEnded) outgoing.destroy();
        });
      });
      outgoing.once('timeout', () => outgoing.destroy(new Error(`No answer within ${PATIENCE_MS} ms`)));
      outgoing.once('error', reject);
      if (body !== null && body.length > ANNOUNCED_BYTES) outgoing.write(body.subarray(0, SHOWN_BYTES));
      else outgoing.end(body ?? undefined);
    });
  return { send, close: () => agent.destroy() };
}

/** The request as a command that a person can run. */
export function toCurl(url: string, { method, target, headers, body }: Wire): string {
  const shown = body === null ? '' : body.subarray(0, SHOWN_BYTES).toString('base64');
  const cut = body !== null && body.length > SHOWN_BYTES ? ` # the first of ${body.length} bytes` : '';
  const given = Object.entries(headers).map(([name, value]) => `-H ${quote(`${name}: ${value}`)}`);
  const parts = ['curl', '-i', '--path-as-is', '-X', method, ...given, quote(url + target)];
  if (body === null) return parts.join(' ');
  return `echo ${shown} | base64 -d | ${parts.join(' ')} --data-binary @-${cut}`;
}

const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
