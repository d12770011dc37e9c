// The plain JSON of a resource between the wire and the domain: canonical names, clean types, no nulls.

/** A value of a simple attribute. Numbers are counts that this server answers; clients' numbers become text. */
export type Scalar = string | boolean | number;

/** One element of a multi-valued attribute, or a complex value. */
export interface Element {
  readonly [name: string]: Scalar | undefined;
}

/** What an attribute holds. */
export type Held = Scalar | Element | readonly Element[] | Container;

/** A resource, or what it holds under the URN of an extension. */
export interface Container {
  readonly [name: string]: Held | undefined;
}

/** A change of one place. `value` is clean: scalar, element or elements, as the place needs it. */
export interface Operation<T> {
  readonly op: 'add' | 'replace' | 'remove';
  readonly target: T;
  readonly value?: Scalar | Element | readonly Element[];
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text can be the id of a row. */
export function isResourceId(text: string): boolean {
  return uuid.test(text);
}
