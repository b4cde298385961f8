import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { generateSecrets } from './secrets.ts';

/** Values are in single quotes, inside which nothing is special; none of ours has a single quote. */
const toLine = (name: string, value: string): string => `${name}='${value}'`;

/** True when the file is new. One that exists is somebody's, and stays as it is. */
export async function ensureDevVars(path: string): Promise<boolean> {
  if (existsSync(path)) return false;
  const secrets = await generateSecrets();
  const lines = Object.entries(secrets).map(([name, value]) => toLine(name, value));
  const header = '# Secrets of this machine, made by npm run dev. Not for any other place.';
  writeFileSync(path, `${[header, ...lines].join('\n')}\n`, { mode: 0o600, flag: 'wx' });
  return true;
}

export async function editDevVar(path: string, name: string, edit: (value: string) => Promise<string>) {
  const lines = readFileSync(path, 'utf8').split('\n');
  const index = lines.findIndex((line) => line.startsWith(`${name}=`));
  const value = /^'(.*)'$/.exec(lines[index]?.slice(name.length + 1).trim() ?? '')?.[1];
  if (value === undefined) throw new Error(`${path} has no line ${name}='…'`);

  lines[index] = toLine(name, await edit(value));
  const temporary = `${path}.new`;
  writeFileSync(temporary, lines.join('\n'), { mode: 0o600 });
  renameSync(temporary, path);
}
