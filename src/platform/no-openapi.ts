/**
 * Stands in, in the Worker, for what makes the contract out of schemas and routes. That is done ahead
 * (`npm run generate`); here `.openapi()` leaves a schema as it is.
 */
const refuse = (): never => {
  throw new Error('The contract is not made in the Worker');
};

/** @hono/zod-openapi tells it of every route. */
class Nowhere {
  registerPath(): void {}
}

type Extensible = { readonly ZodType: { readonly prototype: object } };

function extendZodWithOpenApi({ ZodType }: Extensible): void {
  Object.assign(ZodType.prototype, {
    openapi(this: unknown) {
      return this;
    },
  });
}

export {
  extendZodWithOpenApi,
  Nowhere as OpenAPIRegistry,
  refuse as getOpenApiMetadata,
  refuse as OpenApiGeneratorV3,
  refuse as OpenApiGeneratorV31,
};
