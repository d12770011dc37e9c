// The classes that scimmy-routers mounts: one for each kind of resource, each handing on to the verbs of the request's
// context. Input never reaches scimmy's own filter, since its constructor gets an empty object.
import { Resources, Types } from 'scimmy';
import type { Exchange } from './exchange';
import type { AllVerbs, Verbs } from './verbs';

/** What a resource class is handed for each request. */
export interface ScimContext extends AllVerbs {
  readonly exchange: Exchange;
}

/** scimmy's published types do not fit subclasses. */
const Base = Types.Resource as unknown as new (empty: object) => object;

function classOf(endpoint: string, schema: unknown, verbsOf: (context: ScimContext) => Verbs): unknown {
  return class ScimResource extends Base {
    static get endpoint(): string {
      return endpoint;
    }

    static get schema(): unknown {
      return schema;
    }

    /** Locations come from PUBLIC_URL, never from a static of the process. */
    static basepath(): typeof ScimResource {
      return ScimResource;
    }

    private readonly id: string | undefined;

    constructor(first?: unknown) {
      super({});
      this.id = typeof first === 'string' ? first : undefined;
    }

    read(context: ScimContext): Promise<unknown> {
      const { exchange } = context;
      const verbs = verbsOf(context);
      return this.id === undefined ? verbs.list(exchange.query, exchange) : verbs.get(this.id, exchange);
    }

    write(_: unknown, context: ScimContext): Promise<unknown> {
      const { exchange } = context;
      const verbs = verbsOf(context);
      const { body } = exchange;
      return this.id === undefined ? verbs.create(body, exchange) : verbs.replace(this.id, body, exchange);
    }

    patch(_: unknown, context: ScimContext): Promise<unknown> {
      return verbsOf(context).patch(this.id ?? '', context.exchange.body, context.exchange);
    }

    dispose(context: ScimContext): Promise<unknown> {
      return verbsOf(context).remove(this.id ?? '', context.exchange);
    }
  };
}

/** Declares the classes to scimmy, whose register is one for the process. */
export function declareResources(): void {
  const classes = {
    User: () => classOf('/Users', Resources.User.schema, ({ users }) => users),
    Group: () => classOf('/Groups', Resources.Group.schema, ({ groups }) => groups),
  };
  for (const [name, make] of Object.entries(classes)) {
    if (Resources.declared(name) === undefined) Resources.declare(make() as never, name);
  }
}
