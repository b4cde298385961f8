import { Buffer } from 'node:buffer';
import type { MpesaSettings } from '../../env.ts';
import { type Clock, MINUTE, SECOND } from '../../kernel/clock.ts';
import { Fault } from '../../kernel/errors.ts';
import type { Outbound } from '../../platform/outbound.ts';

/**
 * `unsent`: it did not come as far as asking. `refused`: the gateway said no, and nothing happened.
 * `unknown`: no answer, or one that leaves it open.
 */
export type Said =
  | { readonly kind: 'accepted'; readonly body: Readonly<Record<string, unknown>> }
  | { readonly kind: 'unsent' | 'refused' | 'unknown'; readonly code: string; readonly message: string };

export type DarajaClient = { post(path: string, body: Readonly<Record<string, unknown>>): Promise<Said> };

const EARLY_MS = MINUTE;
const NOT_A_TOKEN = /^(401\.|404\.001\.03$|400\.003\.01$)/;
/** What the gateway says under 500 about requests that it did not pass on; under that code are others. */
const PASSED_ON_TO_NOBODY = /unable to lock subscriber|wrong credentials|merchant does not exist/i;
const TOO_MANY_REQUESTS = 429;

/** For as long as the isolate lives and the token is good. */
const tokens = new WeakMap<MpesaSettings, { value: string; endsAt: number }>();

export function createDarajaClient(settings: MpesaSettings, outbound: Outbound, clock: Clock): DarajaClient {
  async function authorize(): Promise<string> {
    const known = tokens.get(settings);
    if (known && known.endsAt - EARLY_MS > clock.now()) return known.value;

    const credentials = `${settings.consumerKey}:${settings.consumerSecret}`;
    const { status, body } = await outbound.ask(
      `${settings.url}/oauth/v1/generate?grant_type=client_credentials`,
      { headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` } },
    );
    const { access_token: value, expires_in: life } = toFields(body);
    const lifeMs = Number(life) * SECOND;
    if (status !== 200 || typeof value !== 'string' || !(lifeMs > 0)) {
      throw new Fault('mpesa', new Error(`no token: ${status} ${String(toFields(body).errorCode)}`));
    }
    tokens.set(settings, { value, endsAt: clock.now() + lifeMs });
    return value;
  }

  async function attempt(path: string, content: Readonly<Record<string, unknown>>): Promise<Said> {
    let token: string;
    try {
      token = await authorize();
    } catch (error) {
      return orThrow(error, 'unsent', 'no_token');
    }
    try {
      const headers = { authorization: `Bearer ${token}` };
      const answer = await outbound.ask(settings.url + path, { body: content, headers });
      return judge(answer.status, toFields(answer.body));
    } catch (error) {
      return orThrow(error, 'unknown', 'no_answer');
    }
  }

  return {
    async post(path, body) {
      const said = await attempt(path, body);
      if (said.kind !== 'refused' || !NOT_A_TOKEN.test(said.code)) return said;

      // A token can end before its time. Nothing passes without one, so once more is not twice.
      tokens.delete(settings);
      return attempt(path, body);
    },
  };
}

function judge(status: number, body: Readonly<Record<string, unknown>>): Said {
  const { errorCode, errorMessage, ResponseCode: code, ResponseDescription: description } = body;
  if (status >= 200 && status < 300) {
    if (String(code) === '0') return { kind: 'accepted', body };
    if (typeof code !== 'string' && typeof code !== 'number') return open(status);
    return { kind: 'refused', code: String(code), message: toText(description) };
  }
  if (typeof errorCode !== 'string') return open(status);
  const message = toText(errorMessage);
  const isNo = status < 500 ? status !== TOO_MANY_REQUESTS : PASSED_ON_TO_NOBODY.test(message);
  return { kind: isNo ? 'refused' : 'unknown', code: errorCode, message };
}

function orThrow(error: unknown, kind: 'unsent' | 'unknown', code: string): Said {
  if (error instanceof Fault) return { kind, code, message: '' };
  throw error;
}

const open = (status: number): Said => ({ kind: 'unknown', code: `status_${status}`, message: '' });

const toText = (value: unknown): string => (typeof value === 'string' ? value : '');

const toFields = (body: unknown): Readonly<Record<string, unknown>> =>
  typeof body === 'object' && body !== null && !Array.isArray(body) ? { ...body } : {};
