/** Stands in, in the Worker, for the whole of zod, which @hono/zod-openapi asks for and would keep. */
export * as z from './zod-parts.ts';
