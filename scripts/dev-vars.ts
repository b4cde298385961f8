import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { generateSecrets } from './secrets.ts';

/** Values are in single quotes, inside which nothing is special; none of ours has a single quote. */
const toLine = (name: string, value: string): string => `${name}='${value}'`;

/** What is there is somebody's, and stays as it is. What a newer version needs besides is added at the end. */
export async function ensureDevVars(path: string): Promise<void> {
  const present = existsSync(path) ? readFileSync(path, 'utf8') : null;
  const names = new Set(present?.split('\n').map((line) => line.split('=', 1)[0]));
  const missing = Object.entries(await generateSecrets()).filter(([name]) => !names.has(name));
  const lines = missing.map(([name, value]) => toLine(name, value));
  if (present === null) {
    const header = '# Secrets of this machine, made by npm run dev. Not for any other place.';
    writeFileSync(path, `${[header, ...lines].join('\n')}\n`, { mode: 0o600, flag: 'wx' });
  } else if (lines.length > 0) {
    const between = present === '' || present.endsWith('\n') ? '' : '\n';
    appendFileSync(path, `${between}${lines.join('\n')}\n`);
  }
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
