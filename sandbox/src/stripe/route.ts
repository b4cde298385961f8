import type { z } from 'zod';
import type { Params } from './form.ts';
import { readParams } from './params.ts';

export type Route = {
  readonly method: 'GET' | 'POST';
  /** As Stripe knows it, with `:id` for an id. */
  readonly path: string;
  /** Refuses what is wrong about the parameters alone; what it gives back has the effect. */
  prepare(params: Params, ids: string[]): () => object;
};

export function route<T>(
  method: Route['method'],
  path: string,
  schema: z.ZodType<T>,
  run: (params: T, ids: [string]) => object,
): Route {
  return {
    method,
    path,
    prepare(params, ids) {
      const read = readParams(schema, params);
      return () => run(read, ids as [string]);
    },
  };
}
