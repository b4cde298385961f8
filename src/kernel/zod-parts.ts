/** The parts of zod that are used here. Whatever it has beside them stays out of the Worker. */

export type { core, infer, output } from 'zod/v4';
export {
  any,
  array,
  boolean,
  coerce,
  custom,
  discriminatedUnion,
  email,
  enum,
  int,
  iso,
  literal,
  looseObject,
  NEVER,
  null,
  number,
  object,
  preprocess,
  record,
  strictObject,
  string,
  union,
  unknown,
  url,
  ZodType,
} from 'zod/v4';
