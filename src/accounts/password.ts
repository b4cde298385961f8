import { Buffer } from 'node:buffer';
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { RequestInvalid } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { openCommonPasswords } from './common-passwords.ts';

/** scrypt, with its parameters in every hash, so that they can grow and old hashes still be checked. */
const BLOCK_SIZE = 8;
const PARALLEL = 5;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
const MEMORY_BYTES = 128 * 1024 * 1024;
const FORMAT = /^scrypt\$(\d{1,2})\$([\w-]{22})\$([\w-]{43})$/;

export function hashPassword(password: string, cost: number): string {
  const salt = randomBytes(SALT_BYTES);
  return `scrypt$${cost}$${salt.toString('base64url')}$${derive(password, salt, cost).toString('base64url')}`;
}

/** Without a hash to compare with it does the same work and says no: a stranger must not tell by the time. */
export function passwordMatches(password: string, hash: string | null, cost: number): boolean {
  const match = hash === null ? null : FORMAT.exec(hash);
  if (!match) {
    derive(password, Buffer.alloc(SALT_BYTES), cost);
    return false;
  }
  const [, storedCost = '', salt = '', key = ''] = match;
  const given = derive(password, Buffer.from(salt, 'base64url'), Number(storedCost));
  return timingSafeEqual(given, Buffer.from(key, 'base64url'));
}

/** Costs only grow: a setting that went back must not weaken what is stored. */
export const needsRehash = (hash: string, cost: number): boolean =>
  Number(FORMAT.exec(hash)?.[1] ?? 0) < cost;

/** Length alone admits `passwordpassword`; what people choose first is refused, and so is their own name. */
export async function refuseEasyPassword(
  files: Files,
  password: string,
  pointer: string,
  known: readonly string[],
): Promise<void> {
  const plain = password.normalize('NFKC').toLowerCase();
  const common = await openCommonPasswords(files);
  const unit = /^(.{1,8}?)\1+$/.exec(plain);
  const isOwn = known.some((word) => word.length >= 4 && plain.includes(word.toLowerCase()));
  if (!common.has(plain) && !unit && !isOwn) return;
  const message = 'is too easy to guess';
  throw RequestInvalid({ errors: [{ in: 'body', pointer, code: 'common_password', message }] });
}

function derive(password: string, salt: Buffer, cost: number): Buffer {
  const options = { N: 2 ** cost, r: BLOCK_SIZE, p: PARALLEL, maxmem: MEMORY_BYTES };
  return scryptSync(password.normalize('NFKC'), salt, KEY_BYTES, options);
}
