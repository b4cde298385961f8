import { test } from 'vitest';
import { runLives, SLOWEST_MS } from './run-lives.ts';

test(
  'the same key books once, however often it is repeated and whatever was lost on the way',
  () => runLives('keys'),
  SLOWEST_MS,
);

test(
  'a hold frees its nights by itself, when nothing ever wakes the book',
  () => runLives('holds'),
  SLOWEST_MS,
);
