import type { Clock } from '../clock.ts';
import type { Store } from '../store.ts';
import { DarajaRefusal } from './refusal.ts';

const LIFE_SECONDS = 3_599;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS daraja_token (token TEXT PRIMARY KEY, ends_at INTEGER NOT NULL) WITHOUT ROWID;
`;

/** Any key with any secret is a customer of this Daraja. */
export function createTokens({ sql }: Store, clock: Clock) {
  sql.exec(SCHEMA);

  return {
    generate(request: Request): Response {
      if (new URL(request.url).searchParams.get('grant_type') !== 'client_credentials') {
        throw new DarajaRefusal(400, '400.008.02', 'Invalid grant type passed');
      }
      const [, basic = ''] = /^Basic +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
      if (!/^[^:]+:.+$/.test(decode(basic) ?? '')) {
        throw new DarajaRefusal(400, '400.008.01', 'Invalid Authentication passed');
      }

      const token = crypto.randomUUID().replaceAll('-', '').slice(0, 28);
      sql.exec('DELETE FROM daraja_token WHERE ends_at <= ?', clock.now());
      sql.exec('INSERT INTO daraja_token VALUES (?, ?)', token, clock.now() + LIFE_SECONDS * 1_000);
      return Response.json({ access_token: token, expires_in: String(LIFE_SECONDS) });
    },

    require(request: Request): void {
      const [, token = ''] = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '') ?? [];
      const query = 'SELECT 1 FROM daraja_token WHERE token = ? AND ends_at > ?';
      if (sql.exec(query, token, clock.now()).toArray().length > 0) return;
      throw new DarajaRefusal(404, '404.001.03', 'Invalid Access Token');
    },
  };
}

export function decode(base64: string): string | null {
  try {
    return atob(base64);
  } catch {
    return null;
  }
}
