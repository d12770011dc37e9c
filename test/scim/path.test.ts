// PATCH paths: the places they name, and their canonical text.
import { AppError } from '../../src/errors';
import { parsePath, printPath } from '../../src/scim/path';
import { userSchema } from '../../src/scim/schemas';

const schema = userSchema();
const enterprise = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const read = (text: string): string | undefined => {
  try {
    const target = parsePath(schema, text);
    return target && printPath(target);
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
};

describe('paths', () => {
  it.each([
    ['USERNAME', 'userName'],
    [' name.GIVENNAME ', 'name.givenName'],
    ['urn:ietf:params:scim:schemas:core:2.0:user:title', 'title'],
    ['manager', `${enterprise}:manager`],
    [`${enterprise.toUpperCase()}:MANAGER.VALUE`, `${enterprise}:manager.value`],
    [enterprise, enterprise],
    ['emails[Type EQ "a]b"].Value', 'emails[type eq "a]b"].value'],
    ['roles[primary eq "True"]', 'roles[primary eq true]'],
    ['urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq "work"].value', 'emails[type eq "work"].value'],
    ['urn:x:y:2.0:User:badge', 'urn:x:y:2.0:User:badge'],
    ['nonsense', undefined],
    ['emails[nonsense eq "x"].value', undefined],
    ['emails[type eq "x"].nonsense', undefined],
    ['urn:x:y:__proto__', undefined],
    ['urn:x:y:constructor', undefined],
    ['__proto__.polluted', undefined],
    ['emails[type eq "work"', 'path.invalid'],
    ['emails[type eq "work"]value', 'path.invalid'],
    ['emails type', 'path.invalid'],
    ['title[type eq "x"]', 'path.invalid'],
    ['emails[type eq]', 'filter.invalid'],
    ['emails[]', 'filter.invalid'],
    ['x'.repeat(2049), 'path.invalid'],
  ])('reads %s as %s', (text, printed) => {
    const once = read(text);
    const again = once?.startsWith('path.') || once?.startsWith('filter.') ? once : once && read(once);

    expect([once, again]).toEqual([printed, printed]);
  });
});
