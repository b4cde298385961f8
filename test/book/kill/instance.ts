import { existsSync, readFileSync, rmSync } from 'node:fs';
import { startWorld } from '../../world.ts';
import { plantPeople } from './people.ts';

/**
 * A world in a process of its own, to be killed: `instance.ts STORAGE PORT VARS PEOPLE`. It says its address when
 * it is ready, and on its first life makes the people, the first of whom lets the places.
 */
const [storage = '', port = '', vars = '{}', people = ''] = process.argv.slice(2);
const world = await startWorld({ storage, port: Number(port), vars: JSON.parse(vars) });
if (existsSync(people)) {
  await plantPeople(await world.database(), JSON.parse(readFileSync(people, 'utf8')));
  rmSync(people);
}
console.log(world.url);
