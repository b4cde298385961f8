const MAX_WORDS_LENGTH = 1_500;
const MAX_WORD = 40;

/** Without case and accents, as FTS5 has it: a sigma is one sigma wherever it stands. */
export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .replace(/\s+/gu, ' ')
    .trim();

export const wordsIn = (text: string): string[] => [
  ...new Set(
    (fold(text).match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => [...word].slice(0, MAX_WORD).join('')),
  ),
];

/** Each word once, between spaces, the first ones first. */
export function toWords(...texts: readonly string[]): string {
  let kept = ' ';
  for (const word of wordsIn(texts.join(' '))) {
    if (kept.length + word.length >= MAX_WORDS_LENGTH) break;
    kept += `${word} `;
  }
  return kept;
}
