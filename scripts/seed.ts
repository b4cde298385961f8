// npm run seed [-- --properties 20] [--city Nairobi] [--seed 1] [--pictures 3] [--url http://localhost:8787]
import { parseArgs } from 'node:util';
import { type Api, connect, expectStatus } from './api.ts';
import { DEMO_PASSWORD } from './demo-accounts.ts';
import { makePlaces } from './seed/make-places.ts';
import { plantPlace } from './seed/plant-place.ts';
import { todayAt } from './seed/today.ts';

const MAX_PLACES = 100_000;
const AT_ONCE = 8;
const TOKEN_MS = 5 * 60_000;
const REPORT_EVERY = 1_000;
const HOST = { email: 'host@roost.test', password: DEMO_PASSWORD };

type Options = { count: number; city?: string; seed: number; pictures: number };

/** Believable places for the demo host; the same seed makes the same ones. */
export async function seed(
  url: string,
  { count, city, seed, pictures }: Options,
  report: (done: number) => void,
) {
  const api = connect(url);
  const today = await todayAt(api);
  const places = makePlaces({ count, seed, today, ...(city === undefined ? {} : { city }) })[
    Symbol.iterator
  ]();
  const tokenNow = keepToken(api);
  let done = 0;
  const work = async () => {
    for (let next = places.next(); !next.done; next = places.next()) {
      await plantPlace(api, await tokenNow(), next.value, pictures);
      if (++done % REPORT_EVERY === 0) report(done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, work));
  return done;
}

/** A token that is not about to run out, however long the work takes. */
export function keepToken(api: Api): () => Promise<string> {
  let token: Promise<string> | null = null;
  let until = 0;
  return () => {
    if (token === null || Date.now() > until) {
      until = Date.now() + TOKEN_MS;
      token = api('POST', '/v1/auth/login', { body: HOST }).then((answer) =>
        String(expectStatus(answer, 200).accessToken),
      );
    }
    return token;
  };
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      properties: { type: 'string', default: '20' },
      city: { type: 'string' },
      seed: { type: 'string', default: '1' },
      pictures: { type: 'string', default: '3' },
      url: { type: 'string', default: 'http://localhost:8787' },
    },
  });
  const [count, number, pictures] = [values.properties, values.seed, values.pictures].map(Number);
  const isCount = (value: number | undefined, least: number, most: number): value is number =>
    value !== undefined && Number.isInteger(value) && value >= least && value <= most;
  if (!isCount(count, 1, MAX_PLACES)) throw new Error(`--properties is from 1 to ${MAX_PLACES}`);
  if (!isCount(number, 0, 2 ** 31)) throw new Error('--seed is a whole number');
  if (!isCount(pictures, 1, 6))
    throw new Error('--pictures is from 1 to 6: nothing is published without one');
  const options = {
    count,
    seed: number,
    pictures,
    ...(values.city === undefined ? {} : { city: values.city }),
  };
  const startedAt = performance.now();
  const done = await seed(values.url, options, (so) => console.log(`${so} …`));
  console.log(
    `${done} properties in ${((performance.now() - startedAt) / 1000).toFixed(1)} s, of ${HOST.email}.`,
  );
}
