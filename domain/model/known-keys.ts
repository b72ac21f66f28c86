/** The keys that a zod schema knows at a place, for hints: read from the schema, so never a second list by hand. */
import { z } from 'zod';

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly items?: JsonSchema;
}

export function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let places = [z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as JsonSchema];
  for (const key of path) places = places.flatMap(alternatives).flatMap((place) => inside(place, key));
  return [...new Set(places.flatMap(alternatives).flatMap(({ properties }) => Object.keys(properties ?? {})))];
}

function inside({ properties, additionalProperties, items }: JsonSchema, key: PropertyKey): JsonSchema[] {
  const found = properties?.[String(key)] ?? (typeof key === 'number' ? items : additionalProperties);
  return typeof found === 'object' ? [found] : [];
}

const alternatives = (schema: JsonSchema): JsonSchema[] => [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
