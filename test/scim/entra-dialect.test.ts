// The dialect file: pure, stable when applied to its own result, never surprised by a body.
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { AppError } from '../../src/errors';
import { normalizePatch, normalizeResource, printOperations } from '../../src/scim/entra-dialect';
import { patch } from '../../src/scim/patch';
import { userSchema } from '../../src/scim/schemas';
import { fromWire, toWire } from '../../src/scim/user-mapping';

const schema = userSchema();
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const names = [
  'userName',
  'DISPLAYNAME',
  'name',
  'name.givenName',
  'active',
  'Emails',
  'emails[type eq "work"].value',
  'roles',
  'roles[primary eq "True"].value',
  'manager',
  enterprise,
  `${enterprise}:department`,
  `${enterprise}:manager.value`,
  'urn:x:y:2.0:User:z',
  'id',
  'meta',
  'groups',
  'password',
  'x509Certificates',
  'schemas',
  'nonsense',
  'a.b.c.d.e.f.g.h.i.j',
  'emails[',
  'emails[type eq',
  '__proto__',
  'constructor.prototype',
  'urn:x:constructor',
  '',
  ' ',
];
const name = fc.oneof(fc.constantFrom(...names), fc.string());
const leaf = fc.oneof(
  fc.string(),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constantFrom(null, '', 'True', 'False', '{"id":"1","value":"v","displayName":"d"}', '{'),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(name, fc.constantFrom('value', 'Type', 'primary', 'display')), tie('value'), { maxKeys: 4 }),
  ),
}));
const operation = fc.oneof(
  fc.record({ op: fc.constantFrom('add', 'Replace', 'REMOVE', 'move', 7), path: name, value }, { requiredKeys: [] }),
  value,
);
const message = fc.oneof(
  { weight: 9, arbitrary: fc.record({ Operations: fc.array(operation, { maxLength: 4 }) }) },
  { weight: 1, arbitrary: value },
);

/** The result, or the code of the error that may be thrown; anything else fails the test. */
function attempt<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError && error.kind !== 'bug') return error.code;
    throw error;
  }
}

/** Runs a property: 'holds', or what broke it. */
function outcome<T>(property: fc.IProperty<T>, numRuns: number, seed?: number): unknown {
  const { failed, counterexample, errorInstance } = fc.check(property, { numRuns, ...(seed && { seed }) });
  return failed ? { counterexample, errorInstance } : 'holds';
}

const same = (a: unknown, b: unknown): boolean =>
  isDeepStrictEqual(JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b)));
const start = { userName: 'u', active: true };

describe('the dialect', () => {
  it('S4: throws nothing but its own errors at 10,000 random bodies, and leaves no trace', () => {
    const quiet = fc.property(message, value, (patchBody, postBody) => {
      const normalized = attempt(() => normalizePatch(schema, patchBody, 'the-id'));
      if (typeof normalized !== 'string') attempt(() => fromWire(patch(start, normalized.operations)));
      const made = attempt(() => normalizeResource(schema, postBody));
      if (typeof made !== 'string') attempt(() => fromWire(patch({}, made.operations)));
    });

    expect(outcome(quiet, 10_000)).toBe('holds');
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('warns of what it leaves out without the values of its filters', () => {
    const Operations = [
      { op: 'add', path: 'nonsense[value eq "a]@b.example"].x', value: 1 },
      { op: 'add', value: { 'nothing[value eq a@b.example]': 1, title: 't' } },
    ];

    const { warnings } = normalizePatch(schema, { Operations });

    expect(warnings).toEqual(['Ignored: nonsense[…].x', 'Ignored: nothing[…]']);
  });

  it('S4: normalizing twice equals once', () => {
    const stable = fc.property(message, (body) => {
      const once = attempt(() => normalizePatch(schema, body));
      if (typeof once === 'string') return true;
      const printed = printOperations(once.operations);
      return same(printOperations(normalizePatch(schema, { Operations: printed }).operations), printed);
    });

    expect(outcome(stable, 5000)).toBe('holds');
  });

  it('applying operations to their own result changes nothing', () => {
    const settled = fc.property(message, (body) => {
      const normalized = attempt(() => normalizePatch(schema, body));
      if (typeof normalized === 'string') return true;
      const first = attempt(() => patch(start, normalized.operations));
      return typeof first === 'string' || same(patch(first, normalized.operations), first);
    });

    expect(outcome(settled, 3000, 20260301)).toBe('holds');
  });

  it('S4: active moves only when a request asks for it', () => {
    const careful = fc.property(message, fc.boolean(), (body, active) => {
      const normalized = attempt(() => normalizePatch(schema, body));
      if (typeof normalized === 'string') return true;
      const asked = normalized.operations.filter(
        ({ target }) => target.attribute?.name === 'active' && !target.extension,
      );
      const after = attempt(() => patch({ userName: 'u', active }, normalized.operations));
      const isPlain = asked.every(({ op, value: to }) => op !== 'remove' && typeof to === 'boolean');
      return isPlain && (asked.length > 0 || typeof after === 'string' || after['active'] === active);
    });

    expect(outcome(careful, 5000)).toBe('holds');
  });

  it('the profile that comes out of the wire is the one that went in', () => {
    const inverse = fc.property(value, (body) => {
      const made = attempt(() => {
        const { operations } = normalizeResource(schema, { ...(body as object), userName: 'u' });
        return fromWire(patch({}, operations));
      });
      return typeof made === 'string' || isDeepStrictEqual(fromWire(toWire(made)), made);
    });

    expect(outcome(inverse, 3000)).toBe('holds');
  });

  it('refuses more than 1,000 operations', () => {
    const Operations = Array.from({ length: 1001 }, () => ({ op: 'replace', path: 'title', value: 'x' }));

    expect(attempt(() => normalizePatch(schema, { Operations }))).toBe('body.too_large');
  });
});
