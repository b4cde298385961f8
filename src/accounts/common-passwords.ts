import { type Files, readFile } from '../platform/files.ts';

/**
 * What people choose first. The list lies beside the Worker as a file (`scripts/common-passwords.ts`); an isolate
 * keeps it after its first look.
 */
export const COMMON_PASSWORDS_FILE = 'data/common-passwords.json';

let known: ReadonlySet<string> | null = null;

export async function openCommonPasswords(files: Files): Promise<ReadonlySet<string>> {
  known ??= await readFile(files, COMMON_PASSWORDS_FILE, (text) => new Set<string>(JSON.parse(text)));
  return known;
}
