import { test } from 'vitest';
import { layGround, STORAGE_FACTS } from '../storage-facts.ts';
import { openStorage } from './storage.ts';

test.each(Object.entries(STORAGE_FACTS))('in the simulator, too: %s', (_, ask) => {
  const storage = openStorage();
  layGround(storage);
  ask(storage);
});
