import { Fault } from '../kernel/errors.ts';

/** What lies beside the Worker, because it is large and seldom asked for (`scripts/assets.ts`). */
export type Files = Pick<Fetcher, 'fetch'>;

export async function readFile<T>(files: Files, name: string, parse: (text: string) => T): Promise<T> {
  try {
    const response = await files.fetch(`http://files/${name}`);
    if (!response.ok) throw new Error(`${name} is answered with ${response.status}`);
    return parse(await response.text());
  } catch (cause) {
    throw new Fault('files', cause);
  }
}
