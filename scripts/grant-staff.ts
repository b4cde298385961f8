// npm run staff:grant -- --email someone@example.com [--env production] [--state DIR]
import { parseArgs } from 'node:util';
import { newId } from '../src/kernel/ids.ts';
import { runWrangler } from './run-wrangler.ts';

const EMAIL = /^[^\s'"\\;]+@[^\s'"\\;]+$/;

export type Granted = 'granted' | 'had it' | 'no such account';

/** The one door to the staff role. The role and its audit row are one transaction. */
export async function grantStaff(email: string, where: readonly string[]): Promise<Granted> {
  if (!EMAIL.test(email)) throw new Error(`${email} is not an email address`);
  const output = await runWrangler(
    'd1',
    'execute',
    'DB',
    ...where,
    '--json',
    '--command',
    toSql(email, Date.now()),
  );
  const results = JSON.parse(output) as { results: { roles: string; granted: number }[] }[];
  const row = results.at(-1)?.results[0];
  if (!row) return 'no such account';
  return row.granted === 1 ? 'granted' : 'had it';
}

function toSql(email: string, nowMs: number): string {
  const auditId = newId('aud', nowMs);
  const address = `'${email.toLowerCase()}'`;
  const unlessStaff = `email = ${address} AND NOT EXISTS (SELECT 1 FROM json_each(roles) WHERE value = 'staff')`;
  return [
    `INSERT INTO audit (id, at, actor_kind, actor_id, action, subject, data, request_id)
       SELECT '${auditId}', ${nowMs}, 'system', 'grant-staff', 'account.grant_staff', id, '{}', '${auditId}'
       FROM account WHERE ${unlessStaff}`,
    `UPDATE account SET roles = json_insert(roles, '$[#]', 'staff'), version = version + 1, updated_at = ${nowMs}
       WHERE ${unlessStaff}`,
    `SELECT roles, EXISTS (SELECT 1 FROM audit WHERE id = '${auditId}') AS granted
       FROM account WHERE email = ${address}`,
  ].join(';\n');
}

if (import.meta.main) {
  const options = { email: { type: 'string' }, env: { type: 'string' }, state: { type: 'string' } } as const;
  const { email, env, state } = parseArgs({ options }).values;
  if (!email) throw new Error('Say whom: npm run staff:grant -- --email someone@example.com');
  const where = env ? ['--remote', '--env', env] : ['--local', '--persist-to', state ?? '.wrangler/state'];

  const granted = await grantStaff(email, where);
  const sentences = {
    granted: `${email} is staff from the next login on.`,
    'had it': `${email} was staff already; nothing has changed.`,
    'no such account': `There is no account with the address ${email}.`,
  };
  console.log(sentences[granted]);
  if (granted === 'no such account') process.exitCode = 1;
}
