/**
 * Stands in, in the Worker, for what zod makes code and schemas from other things with: `z.compile` needs
 * `eval`, which Workers forbid, and no schema comes as JSON.
 */
const refuse = (): never => {
  throw new Error('Schemas are neither compiled nor read from JSON here');
};

export const INVALID = Symbol.for('zod.compile.invalid');
export {
  refuse as compile,
  refuse as fromJSONSchema,
  refuse as withParser,
  refuse as ZodCompileAsyncError,
  refuse as ZodCompileUnsupportedError,
};
