/**
 * Stands in, in the Worker, for what zod makes JSON Schema of its own schemas with: the contract is made ahead, and
 * not even then with this.
 */
const refuse = (): never => {
  throw new Error('Schemas are not described here');
};
/** Every schema asks for its way to be described, and nobody takes it. */
const refuseLater = () => refuse;

export {
  refuse as extractDefs,
  refuse as finalize,
  refuse as handleUnrepresentable,
  refuse as initializeContext,
  refuse as process,
  refuse as processSchema,
  refuseLater as createStandardJSONSchemaMethod,
  refuseLater as createToJSONSchemaMethod,
};
