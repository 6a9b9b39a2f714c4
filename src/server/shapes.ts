// Pieces of which the shapes of the API's answers are made (JSON Schema 2020-12).

export const TEXT = { type: 'string' } as const;
export const NUMBER = { type: 'integer' } as const;
export const FLAG = { type: 'boolean' } as const;
export const SEVERITY = { enum: ['info', 'low', 'medium', 'high', 'critical'] } as const;
export const TIME = { type: ['string', 'null'], description: 'RFC 3339, UTC, microseconds' } as const;
export const ANYTHING = { type: 'object' } as const;
export const orNull = (schema: object): object => ({ anyOf: [schema, { type: 'null' }] });
export const listOf = (items: object): object => ({ type: 'array', items });
export const TEXTS = listOf(TEXT);

/** Nothing else is in it; all of it is there but what is `optional`. */
export function shape(
  properties: Readonly<Record<string, object>>,
  optional: Readonly<Record<string, object>> = {},
): object {
  return {
    type: 'object',
    required: Object.keys(properties),
    properties: { ...properties, ...optional },
    additionalProperties: false,
  };
}

export const pageOf = (items: object): object => shape({ total: NUMBER, items: listOf(items) });
export const FRAME = shape({ file: NUMBER, frame: NUMBER });
