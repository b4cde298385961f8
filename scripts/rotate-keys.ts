// npm run keys:rotate                 puts a new signing key first in .dev.vars
// npm run -s keys:rotate -- --print   reads AUTH_KEYS (at first []) from stdin, prints what to give to wrangler
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { editDevVar } from './dev-vars.ts';
import { DEV_VARS } from './places.ts';
import { rotateAuthKeys } from './secrets.ts';

const { values } = parseArgs({ options: { print: { type: 'boolean', default: false } } });

if (values.print) {
  process.stdout.write(`${await rotateAuthKeys(await text(process.stdin))}\n`);
} else {
  await editDevVar(DEV_VARS, 'AUTH_KEYS', rotateAuthKeys);
  console.log(
    'A new key signs from the next start on; tokens of the former key stay good until they expire.',
  );
}
