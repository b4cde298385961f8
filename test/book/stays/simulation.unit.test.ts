import { test } from 'vitest';
import { runLives, SLOWEST_MS } from './run-lives.ts';

test(
  'no night is ever two stays’, whatever eight guests and their host do at once',
  () => runLives('nights'),
  SLOWEST_MS,
);
