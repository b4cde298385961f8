import type { Exchange } from '../exchange.ts';
import type { DaysRates } from './ports.ts';

/** Nobody sees so little, and each rate that is changed writes every place of its currency. */
const UNSEEN = 0.0025;
const FAR = 2;
/** All currencies do not move against the dollar at once; who tells that has mixed up the base. */
const SHIFTED = 1.1;

/**
 * What of a new day's rates is believed. One that is more than twice or less than half of what it was, or any when half
 * of them have moved by a tenth, has to be told of the next day too, and about as high.
 */
export function decideRates(
  inForce: Exchange,
  doubted: Exchange,
  { rates }: DaysRates,
): { readonly rates: Exchange; readonly doubted: Exchange; readonly isShifted: boolean } {
  const told = Object.entries(rates).filter(([currency]) => currency !== 'USD');
  const moves = told.map(([currency, rate]) => rate / (inForce[currency] ?? rate));
  const isShifted = isBeyond(SHIFTED, middleOf(moves));
  const believed: Record<string, number> = {};
  const doubts: Record<string, number> = {};
  for (const [at, [currency, rate]] of told.entries()) {
    const move = moves[at] ?? 1;
    if (Math.abs(move - 1) < UNSEEN) continue;
    const before = doubted[currency];
    const isAgain = before !== undefined && !isBeyond(FAR, rate / before);
    const isDoubtful = isShifted || isBeyond(FAR, move);
    (isDoubtful && !isAgain ? doubts : believed)[currency] = rate;
  }
  return { rates: believed, doubted: doubts, isShifted };
}

const isBeyond = (factor: number, move: number) => move > factor || move < 1 / factor;

const middleOf = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 1;
