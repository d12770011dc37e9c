// The OpenAPI 3.1 document, generated from the shapes the routes read and write with. Served by router.ts.
// Source: OpenAPI 3.1.0, whose schemas are JSON Schema 2020-12.
import { z } from 'zod';
import { scopes, type Scope } from '../domain/caller';
import { batchShape, dataShapes, detailShape, errorShape, eventShape, ingestedShape, overviewShape } from './shapes';

const [adoptionScope, eventScope]: Scope[] = [scopes[0], scopes[5]];

/** The document; made once, when the router is. */
export function createOpenApi(): object {
  return {
    openapi: '3.1.0',
    info: { title: 'Uptake API', version: '1', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    security: [{ bearer: [] }],
    paths: {
      '/api/v1/adoption/overview/': { post: overview },
      '/api/v1/adoption/detail': { get: detail },
      '/api/v1/events/': { post: events() },
    },
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: {
        Overview: schema(overviewShape),
        Detail: schema(detailShape),
        Event: eventSchema(),
        Ingested: schema(ingestedShape),
        Error: schema(errorShape),
      },
    },
  };
}

const schema = (shape: z.ZodType): object => {
  const { $schema: _, ...rest } = z.toJSONSchema(shape, { io: 'input', unrepresentable: 'any' });
  return rest;
};
const content = (name: string): object => ({
  'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
});
const answer = (description: string, name: string): object => ({ description, content: content(name) });
const errors = (...statuses: readonly number[]): object =>
  Object.fromEntries(
    [...statuses, 401, 429, 500, 503].map((status) => [status, answer('See code and description.', 'Error')]),
  );

const overview = {
  operationId: 'getAdoptionOverview',
  summary: `The seventeen counts now. Scope: ${adoptionScope}. Takes no body; a wrong scope is 401.`,
  responses: { 200: answer('The counts.', 'Overview'), ...errors() },
};

const detail = {
  operationId: 'getAdoptionDetail',
  summary: `The counts and those beside them, as of an instant. Scope: ${adoptionScope}.`,
  parameters: [{ name: 'as_of', in: 'query', required: false, schema: { type: 'string', format: 'date-time' } }],
  responses: { 200: answer('The counts.', 'Detail'), ...errors(400, 403) },
};

function events(): object {
  const batch = { ...schema(batchShape), properties: { source: schema(batchShape.shape.source), events: eventList } };
  return {
    operationId: 'ingestEvents',
    summary: `Activity events, at most 500, 1 MiB as sent, 5 MiB when inflated (gzip). Scope: ${eventScope}.`,
    requestBody: { required: true, content: { 'application/json': { schema: batch } } },
    responses: { 202: answer('What became of each event.', 'Ingested'), ...errors(400, 403, 413, 415) },
  };
}

const eventList = { type: 'array', maxItems: 500, items: { $ref: '#/components/schemas/Event' } };

/** The event with what the types may say in `data`. */
function eventSchema(): object {
  const event = schema(eventShape) as { properties: object };
  const data = { anyOf: [...Object.values(dataShapes).map(schema), { type: 'null' }] };
  return { ...event, properties: { ...event.properties, data } };
}
