/** The published contract as the tests read it: a list of operations with their schemas. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  minItems?: number;
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  multipleOf?: number;
  uniqueItems?: boolean;
  pattern?: string;
  format?: string;
  allOf?: Schema[];
  anyOf?: Schema[];
  oneOf?: Schema[];
};

export type Parameter = {
  name: string;
  in: 'path' | 'query' | 'header';
  required?: boolean;
  schema: Schema;
};

export type Reply = {
  description: string;
  content?: Record<string, { schema: Schema }>;
  headers?: Record<string, unknown>;
};

export type Operation = {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  /** Reads no credentials. */
  readonly isPublic: boolean;
  /** May be asked without credentials, but not with bad ones. */
  readonly isOpen: boolean;
  readonly parameters: readonly Parameter[];
  /** In JSON. */
  readonly body: { readonly required: boolean; readonly schema: Schema } | null;
  /** A file instead, of one of these types. */
  readonly upload: { readonly types: readonly string[]; readonly maxBytes: number } | null;
  /** Whatever is sent, of whichever type. */
  readonly raw: { readonly maxBytes: number } | null;
  readonly replies: Readonly<Record<string, Reply>>;
};

export type Document = {
  openapi: string;
  paths: Record<string, Record<string, unknown>>;
  components?: { schemas?: Record<string, Schema> };
};

type WrittenOperation = {
  operationId: string;
  security?: object[];
  parameters?: Parameter[];
  'x-max-body-bytes'?: number;
  requestBody?: { required?: boolean; content: Record<string, { schema: Schema }> };
  responses: Record<string, Reply>;
};

export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, WrittenOperation>).map(([method, written]) => {
      const content = written.requestBody?.content ?? {};
      const schema = content['application/json']?.schema;
      const raw = '*/*' in content;
      const maxBytes = written['x-max-body-bytes'] ?? 0;
      return {
        operationId: written.operationId,
        method: method.toUpperCase(),
        path,
        isPublic: written.security?.length === 0,
        isOpen: written.security?.some((way) => Object.keys(way).length === 0) ?? false,
        parameters: written.parameters ?? [],
        body: schema ? { required: written.requestBody?.required === true, schema } : null,
        upload: written.requestBody && !schema && !raw ? { types: Object.keys(content), maxBytes } : null,
        raw: raw ? { maxBytes } : null,
        replies: written.responses,
      };
    }),
  );
}

/** References of this document lead to its components only. */
export function resolveSchema(document: Document, schema: Schema): Schema {
  if (schema.$ref === undefined) return schema;
  const found = document.components?.schemas?.[schema.$ref.replace('#/components/schemas/', '')];
  if (!found) throw new Error(`${schema.$ref} leads nowhere`);
  return resolveSchema(document, found);
}
