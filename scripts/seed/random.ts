/** Chance that can be repeated: the same keys always draw the same. */
export type Random = {
  /** From 0 up to, but not including, 1. */
  next(): number;
  /** A whole number; both ends may come. */
  int(min: number, max: number): number;
  between(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
  /** As many different ones as there are, at most `count`, in an order of chance. */
  sample<T>(from: readonly T[], count: number): T[];
};

/** The key becomes 128 bits of state, so that a hundred thousand places don't meet. */
export function randomOf(...keys: readonly (string | number)[]): Random {
  const next = generatorOf(hashOf(keys.join('\u0000')));
  const int = (min: number, max: number) => min + Math.floor(next() * (max - min + 1));
  const sample = <T>(from: readonly T[], count: number): T[] => {
    const left = [...from];
    const size = Math.min(count, left.length);
    return Array.from({ length: size }, () => left.splice(int(0, left.length - 1), 1)[0] as T);
  };
  return {
    next,
    int,
    between: (min, max) => min + next() * (max - min),
    chance: (probability) => next() < probability,
    pick: (from) => {
      if (from.length === 0) throw new Error('Nothing to pick from');
      return from[int(0, from.length - 1)] as (typeof from)[number];
    },
    sample,
  };
}

/** sfc32, which needs a few rounds before its first bits are good. */
function generatorOf([a, b, c, counter]: State): () => number {
  const next = () => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + sum;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let round = 0; round < 12; round++) next();
  return next;
}

type State = [number, number, number, number];

/** Four hashes in the way of FNV-1a, each with its own prime. */
function hashOf(key: string): State {
  const primes: State = [0x01000193, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];
  const state: State = [0x811c9dc5, 0x9e3779b9, 0x7f4a7c15, 0x94d049bb];
  for (let at = 0; at < key.length; at++) {
    const unit = key.charCodeAt(at);
    state.forEach((word, index) => {
      state[index] = Math.imul(word ^ unit ^ (word >>> 15), primes[index] as number);
    });
  }
  return state;
}
