import { z } from 'zod';
import { early } from './errors.ts';
import type { Params } from './form.ts';

const MAX_SECONDS = 253_402_300_800;

export const integer = z
  .string()
  .regex(/^-?\d{1,12}$/, 'Invalid integer')
  .transform(Number);
export const positive = integer.refine(
  (value) => value >= 1,
  'This value must be greater than or equal to 1.',
);
export const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
export const currency = z
  .string()
  .regex(/^[a-zA-Z]{3}$/, 'Invalid currency')
  .transform((value) => value.toLowerCase());
export const metadata = z
  .record(z.string().max(40), z.string().max(500))
  .refine((fields) => Object.keys(fields).length <= 50, 'You can only specify up to 50 metadata keys.');

const seconds = integer.refine((value) => value >= 0 && value <= MAX_SECONDS, 'Invalid timestamp');
const range = z.strictObject({
  gt: seconds.optional(),
  gte: seconds.optional(),
  lt: seconds.optional(),
  lte: seconds.optional(),
});

/** What every list takes. */
export const listing = {
  limit: integer.refine((value) => value >= 1 && value <= 100, 'Invalid limit').optional(),
  starting_after: z.string().optional(),
  ending_before: z.string().optional(),
  created: z.union([seconds.transform((at) => ({ gte: at, lte: at })), range]).optional(),
};

export type Listing = {
  limit?: number | undefined;
  starting_after?: string | undefined;
  ending_before?: string | undefined;
  created?: Partial<Record<'gt' | 'gte' | 'lt' | 'lte', number | undefined>> | undefined;
};

/** Stripe's words for what is wrong with the first wrong parameter. */
export function readParams<T>(schema: z.ZodType<T>, params: Params): T {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;

  const [issue] = parsed.error.issues;
  const path = issue?.path.map(String) ?? [];
  if (issue?.code === 'unrecognized_keys') {
    const param = toParam([...path, ...issue.keys.slice(0, 1)]);
    throw early(`Received unknown parameter: ${param}`, { code: 'parameter_unknown', param });
  }
  const param = toParam(path);
  if (valueAt(params, path) === undefined) {
    throw early(`Missing required param: ${param}.`, { code: 'parameter_missing', param });
  }
  const code = issue?.message === 'Invalid integer' ? 'parameter_invalid_integer' : 'parameter_invalid';
  throw early(`${issue?.message}: ${param}`, { code, param });
}

const toParam = ([head = '', ...rest]: string[]): string => head + rest.map((key) => `[${key}]`).join('');

const valueAt = (params: Params, path: string[]): unknown =>
  path.reduce<unknown>((node, key) => (node as Record<string, unknown> | undefined)?.[key], params);
