import { test } from 'vitest';
import { runLives, SLOWEST_MS } from '../stays/run-lives.ts';

test(
  'who pays around the end of a hold gets the room or the money, and every payment comes to one end',
  () => runLives('late'),
  SLOWEST_MS,
);
