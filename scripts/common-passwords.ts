import { dictionary } from '@zxcvbn-ts/language-common';

const MIN_LENGTH = 10;

/** The passwords that nobody may choose: the common ones that are long enough to be sent. From zxcvbn-ts (MIT). */
export function commonPasswordsText(): string {
  const words = [...new Set(dictionary['passwords-common'].map((word) => String(word).toLowerCase()))];
  return JSON.stringify(words.filter((word) => word.length >= MIN_LENGTH && !word.includes(' ')).sort());
}
