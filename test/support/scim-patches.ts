// PATCH requests from the grammar of RFC 7644 3.5.2 and the two dialects of Entra: what is meant, and the bodies that say it.
// Shares nothing with the product. Called by suites with generated requests; what is meant is worked out by
// scim-reference.ts.
import * as fc from 'fast-check';
import { createDice, spelled, type Dice } from './scim-dice';
import {
  coreUrn,
  type Element,
  enterpriseUrn,
  type Filter,
  filters,
  filterText,
  foreignUrn,
  type Json,
} from './scim-filters';

export type Verb = 'add' | 'replace' | 'remove';

/** A place with one value: the keys that lead to it. */
export type Place = readonly string[];

/** One thing that a request asks for. A value of null asks for none. */
export type Intent =
  | { readonly kind: 'single'; readonly verb: Verb; readonly place: Place; readonly value: string | boolean | null }
  | { readonly kind: 'whole'; readonly verb: 'remove'; readonly place: Place }
  | { readonly kind: 'many'; readonly verb: Verb; readonly attribute: string; readonly elements: Element[] | null }
  | {
      readonly kind: 'some';
      readonly verb: Verb;
      readonly attribute: string;
      readonly where: Filter | null;
      readonly sub: string | null;
      /** For a sub-attribute its value, else an element; null = none. */
      readonly value: string | boolean | Element | null;
    }
  /** Names nothing that is known. */
  | { readonly kind: 'unknown'; readonly verb: Verb; readonly name: string }
  /** Known, accepted, and without effect. */
  | { readonly kind: 'idle'; readonly name: string }
  /** An operation as it is sent, and the scimType it is answered with. */
  | { readonly kind: 'broken'; readonly operation: Json; readonly scimType: string };

export const words = ['a', 'A', 'ab', 'b ', 'B%', 'é', 'É', "q'q", 'r"\\', '漢😀', '7', 'ΟΣ', 'ος', 'οσα'] as const;
export const long = 'x'.repeat(256);
const types = ['work', 'home', 'Work', 'other'] as const;

const textPlaces: readonly Place[] = [
  ['title'],
  ['displayName'],
  ['nickName'],
  ['externalId'],
  ['userName'],
  ['locale'],
  ['timezone'],
  ['preferredLanguage'],
  ['name', 'givenName'],
  ['name', 'familyName'],
  ['name', 'middleName'],
  [enterpriseUrn, 'department'],
  [enterpriseUrn, 'division'],
  [enterpriseUrn, 'manager', 'value'],
  [foreignUrn, 'badge'],
];

/** Sub-attributes of text that the generator uses of each multi-valued attribute. */
export const subsOf: Readonly<Record<string, readonly string[]>> = {
  emails: ['value', 'type', 'display'],
  phoneNumbers: ['value', 'type', 'display'],
  roles: ['value', 'type', 'display'],
  addresses: ['type', 'streetAddress', 'country'],
};

const verb = fc.constantFrom<Verb>('add', 'replace', 'remove');
const word = fc.constantFrom(...words);
const textOf = (sub: string): fc.Arbitrary<string> => (sub === 'type' ? fc.constantFrom(...types) : word);

const single: fc.Arbitrary<Intent> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('single' as const),
      verb,
      place: fc.constantFrom(...textPlaces),
      value: fc.oneof(
        { weight: 12, arbitrary: word },
        { weight: 2, arbitrary: fc.constant(null) },
        { weight: 1, arbitrary: fc.constant(long) },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('single' as const),
      verb,
      place: fc.constant(['active'] as const),
      value: fc.option(fc.boolean(), { nil: null, freq: 4 }),
    }),
  },
);

const whole: fc.Arbitrary<Intent> = fc.record({
  kind: fc.constant('whole' as const),
  verb: fc.constant('remove' as const),
  place: fc.constantFrom<Place>(['name'], [enterpriseUrn], [foreignUrn]),
});

const elementOf = (attribute: string): fc.Arbitrary<Element> =>
  fc.record(
    {
      ...Object.fromEntries((subsOf[attribute] ?? []).map((sub) => [sub, textOf(sub)])),
      primary: fc.boolean(),
      ...(attribute === 'roles' ? { id: fc.constantFrom('r1', 'r2') } : {}),
    },
    { requiredKeys: [] },
  );

const attribute = fc.constantFrom(...Object.keys(subsOf));

const many: fc.Arbitrary<Intent> = attribute.chain((name) =>
  fc.record({
    kind: fc.constant('many' as const),
    verb,
    attribute: fc.constant(name),
    elements: fc.option(fc.array(elementOf(name), { maxLength: 3 }), { nil: null, freq: 6 }),
  }),
);

const some: fc.Arbitrary<Intent> = attribute.chain((name) => {
  const texts = subsOf[name] ?? [];
  const sub = fc.option(fc.constantFrom(...texts, 'primary'), { nil: null, freq: 3 });
  const equal = (path: string): fc.Arbitrary<Filter> =>
    textOf(path).map((value) => ({ kind: 'compare' as const, path, operator: 'eq', value }));
  const isPrimary: Filter = { kind: 'compare', path: 'primary', operator: 'eq', value: true };
  const usual = fc.oneof(
    equal('type'),
    fc.constant(isPrimary),
    fc.tuple(equal('type'), equal(texts[0] ?? 'type')).map((terms): Filter => ({ kind: 'and', terms })),
  );
  const any = filters({ texts, flags: ['primary'], words: [...words, ...types] });
  const where = fc.oneof(
    { weight: 5, arbitrary: usual },
    { weight: 4, arbitrary: any },
    { weight: 1, arbitrary: fc.constant(null) },
  );
  return fc.tuple(verb, where, sub).chain(([chosen, filter, part]) => {
    const value: fc.Arbitrary<string | boolean | Element | null> =
      part === null ? elementOf(name) : part === 'primary' ? fc.boolean() : textOf(part);
    return fc.record({
      kind: fc.constant('some' as const),
      verb: fc.constant(chosen),
      attribute: fc.constant(name),
      // Without a filter and a sub-attribute it would be the attribute itself.
      where: fc.constant(filter === null && part === null ? isPrimary : filter),
      sub: fc.constant(part),
      value: fc.option(value, { nil: null, freq: 8 }),
    });
  });
});

const odd: fc.Arbitrary<Intent> = fc.oneof(
  fc.record({
    kind: fc.constant('unknown' as const),
    verb,
    name: fc.constantFrom('nonsense', 'name.nonsense', 'emails[nonsense eq "x"].value', `${enterpriseUrn}:nonsense`),
  }),
  fc.record({
    kind: fc.constant('idle' as const),
    name: fc.constantFrom('password', 'x509Certificates', 'meta', 'groups'),
  }),
);

/** Operations that must be refused, whatever stands beside them. */
const broken: fc.Arbitrary<Intent> = fc
  .constantFrom<readonly [string, Json]>(
    ['invalidSyntax', { op: 'move', path: 'title', value: 'a' }],
    ['invalidSyntax', 'replace'],
    ['invalidSyntax', { path: 'title', value: 'a' }],
    ['noTarget', { op: 'remove' }],
    ['invalidValue', { op: 'replace', path: 'title' }],
    ['invalidValue', { op: 'add', value: 'a' }],
    ['invalidValue', { op: 'replace', path: 'title', value: { a: 1 } }],
    ['invalidValue', { op: 'replace', path: 'title', value: ['a', 'b'] }],
    ['invalidValue', { op: 'Replace', path: 'active', value: 'maybe' }],
    ['invalidValue', { op: 'replace', value: { name: 'a' } }],
    ['invalidValue', { op: 'add', path: 'emails', value: [{ value: { a: 1 } }] }],
    ['mutability', { op: 'replace', path: 'id', value: 'a' }],
    ['mutability', { op: 'replace', path: 'meta.created', value: 'a' }],
    ['mutability', { op: 'add', path: 'groups', value: [{ value: 'a' }] }],
    ['mutability', { op: 'replace', value: { id: 'another' } }],
    ['invalidPath', { op: 'replace', path: 'title[value eq "a"]', value: 'a' }],
    ['invalidPath', { op: 'replace', path: 'emails[type eq "work"', value: 'a' }],
    ['invalidPath', { op: 'replace', path: 'emails[type eq "work"]value', value: 'a' }],
    ['invalidPath', { op: 'replace', path: 'title name', value: 'a' }],
    ['invalidFilter', { op: 'replace', path: 'emails[type is "work"].value', value: 'a' }],
    ['invalidFilter', { op: 'remove', path: 'emails[type eq "work" or].value' }],
    ['invalidFilter', { op: 'remove', path: 'emails[primary gt true]' }],
    ['invalidFilter', { op: 'remove', path: 'emails[]' }],
  )
  .map(([scimType, operation]) => ({ kind: 'broken' as const, operation, scimType }));

/** One to five things to ask for, and a number that decides how they are spelled. */
export const requests: fc.Arbitrary<{ intents: Intent[]; seed: number }> = fc.record({
  intents: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: single },
      { weight: 5, arbitrary: many },
      { weight: 7, arbitrary: some },
      { weight: 1, arbitrary: whole },
      { weight: 1, arbitrary: odd },
      { weight: 1, arbitrary: broken },
    ),
    { minLength: 1, maxLength: 5 },
  ),
  seed: fc.nat(),
});

/** The body that asks for it all, in order. */
export function patchBody(intents: readonly Intent[], seed: number): { schemas: string[]; Operations: Json[] } {
  const dice = createDice(seed);
  const operations: Json[] = [];
  /** The object of a running operation without a path, which further keys may join. */
  let open: { verb: Verb; keys: Record<string, Json> } | undefined;
  for (const intent of intents) {
    const key = canBeKey(intent) && dice.chance(0.4) ? nameAndValue(intent, dice) : undefined;
    if (key === undefined) {
      open = undefined;
      operations.push(withPath(intent, dice));
      continue;
    }
    const [name, value] = key;
    const verbOf = intent.kind === 'idle' || intent.kind === 'broken' ? 'replace' : intent.verb;
    // Names have no case, so two of one object differ in more.
    const isTaken = Object.keys(open?.keys ?? {}).some((it) => it.toLowerCase() === name.toLowerCase());
    if (open === undefined || open.verb !== verbOf || isTaken) {
      open = { verb: verbOf, keys: {} };
      operations.push({ op: spelledVerb(verbOf, dice), value: open.keys });
    }
    open.keys[name] = value;
  }
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
}

type Askable = Exclude<Intent, { kind: 'broken' | 'whole' }>;

function canBeKey(intent: Intent): intent is Askable {
  if (intent.kind === 'idle') return true;
  return intent.kind !== 'broken' && intent.verb !== 'remove';
}

function withPath(intent: Intent, dice: Dice): Json {
  if (intent.kind === 'broken') return intent.operation;
  // A path to what is read-only would be refused; as a key it is left out.
  if (intent.kind === 'idle') return { op: 'replace', value: { [intent.name]: 'a' } };
  const op = spelledVerb(intent.verb, dice);
  if (intent.kind === 'whole') return { op, path: intent.place.join('.') };
  const [path, value] = nameAndValue(intent, dice);
  const isNamed = intent.kind === 'many' && intent.elements !== null;
  if (intent.verb !== 'remove' || isNamed) return { op, path, value };
  // Beside a list, null or "" would be a value that names nobody.
  return intent.kind === 'many' || dice.chance(0.8) ? { op, path } : { op, path, value };
}

function spelledVerb(name: Verb, dice: Dice): string {
  return dice.pick([name, name[0]!.toUpperCase() + name.slice(1), name.toUpperCase()]);
}

function nameAndValue(intent: Askable, dice: Dice): [string, Json] {
  if (intent.kind === 'unknown' || intent.kind === 'idle') return [intent.name, 'a'];
  if (intent.kind === 'single') return singleText(intent, dice);
  const name = coreName(intent.attribute, dice);
  if (intent.kind === 'many') return [name, elementsText(intent, dice)];
  const filter = intent.where === null ? '' : `[${filterText(intent.where, dice, true)}]`;
  const path = `${name}${filter}${intent.sub === null ? '' : `.${spelled(dice, intent.sub)}`}`;
  if (intent.value === null) return [path, dice.pick([null, ''])];
  if (typeof intent.value === 'object') return [path, elementText(intent.attribute, intent.value, dice)];
  return [path, scalarText(intent.value, dice)];
}

function coreName(name: string, dice: Dice): string {
  return dice.chance(0.1) ? `${coreUrn}:${spelled(dice, name)}` : spelled(dice, name);
}

function singleText({ place, value, verb: asked }: Intent & { kind: 'single' }, dice: Dice): [string, Json] {
  const [first = '', second, third] = place;
  const isForeign = first === foreignUrn;
  const sent = value === null ? dice.pick([null, '']) : isForeign ? value : scalarText(value, dice);
  if (second === undefined) return [coreName(first, dice), sent];
  const canNest = asked !== 'remove' && dice.chance(0.3);
  if (first === 'name')
    return canNest ? ['name', { [spelled(dice, second)]: sent }] : [coreName(place.join('.'), dice), sent];
  if (isForeign) return canNest ? [foreignUrn, { [second]: sent }] : [`${foreignUrn}:${second}`, sent];
  if (third !== undefined) return managerText(value, sent, dice);
  if (canNest) return [first, { [spelled(dice, second)]: sent }];
  const misspelled = first.replace(':2.0:', ':2.0');
  return [dice.pick([`${first}:${second}`, `${first}:${second}`, second, `${misspelled}:${second}`]), sent];
}

/** A manager as text, as an object, in an array, or by its sub-attribute. */
function managerText(value: string | boolean | null, sent: Json, dice: Dice): [string, Json] {
  if (dice.chance(0.3)) return [`${enterpriseUrn}:manager.value`, sent];
  const name = dice.pick([`${enterpriseUrn}:manager`, 'manager', 'Manager']);
  if (value === null) return [name, dice.pick<Json>([null, '', { value: '' }])];
  return [name, dice.pick<Json>([sent, { value: sent }, [{ value: sent, displayName: 'ignored' }]])];
}

/** A value in one of the shapes that mean it. */
function scalarText(value: string | boolean, dice: Dice): Json {
  if (typeof value === 'boolean') return dice.pick<Json>([value, value ? 'True' : 'False', [value]]);
  const shapes: Json[] = [value, value, value, [value]];
  return dice.pick(value === '7' ? [...shapes, 7] : shapes);
}

function elementsText({ attribute: name, elements, verb: asked }: Intent & { kind: 'many' }, dice: Dice): Json {
  if (elements === null) return dice.pick([null, '']);
  if (elements.length === 0 && asked !== 'replace') return dice.pick<Json>([[], null, '']);
  const list = elements.map((element) => elementText(name, element, dice));
  const [only] = list;
  return list.length === 1 && only !== undefined && !Array.isArray(only) && dice.chance(0.2) ? only : list;
}

function elementText(name: string, element: Element, dice: Dice): Json {
  const { value, ...rest } = element;
  const hasValue = typeof value === 'string';
  if (hasValue && name === 'roles' && dice.chance(0.3)) return roleText(value, element, dice);
  if (hasValue && Object.keys(rest).length === 0 && dice.chance(0.3)) return value;
  const entries = Object.entries(element).map(([sub, held]) => [spelled(dice, sub), scalarText(held, dice)]);
  return { ...Object.fromEntries(entries), ...(dice.chance(0.1) ? { $ref: null } : {}) } as Json;
}

/** A role as Entra's AppRoleAssignmentsComplex writes it: JSON text in the place of the value, or of the element. */
function roleText(value: string, { id, display, ...rest }: Element, dice: Dice): Json {
  const { value: _, ...beside } = rest;
  const text = JSON.stringify({ ...(id && { id }), value, ...(display && { displayName: display }) });
  return Object.keys(beside).length === 0 && dice.chance(0.5) ? text : { ...beside, value: text };
}
