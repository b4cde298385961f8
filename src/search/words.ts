const MAX_WORDS_LENGTH = 1_500;
const MAX_WORD = 40;

/** Letters that have no accent to lose, as people write them who don't have them. */
const PLAIN: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ð: 'd', þ: 'th', æ: 'ae', œ: 'oe', ı: 'i', ħ: 'h', ŧ: 't', ŋ: 'n' },
  // One sigma wherever it stands, as in FTS5.
  ς: 'σ',
};
const UNPLAIN = new RegExp(`[${Object.keys(PLAIN).join('')}]`, 'g');

/** Without case and accents. */
export const fold = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(UNPLAIN, (letter) => PLAIN[letter] ?? letter)
    .replace(/\s+/gu, ' ')
    .trim();

export const wordsIn = (text: string): string[] => [
  ...new Set(
    (fold(text).match(/[\p{L}\p{N}]+/gu) ?? []).map((word) => [...word].slice(0, MAX_WORD).join('')),
  ),
];

/** A name as its words, whatever stands between them. */
export const foldName = (name: string): string => (fold(name).match(/[\p{L}\p{N}]+/gu) ?? []).join(' ');

/** Each word once, between spaces, the first ones first. */
export function toWords(...texts: readonly string[]): string {
  let kept = ' ';
  for (const word of wordsIn(texts.join(' '))) {
    if (kept.length + word.length >= MAX_WORDS_LENGTH) break;
    kept += `${word} `;
  }
  return kept;
}
