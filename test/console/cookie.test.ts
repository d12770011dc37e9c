// Cookies: read exactly, never by a part of a name, and not at all when a name comes twice.
import type { Request } from 'express';
import { cookieFlags, readCookie, sessionCookieName } from '../../src/console/cookie';

const asked = (cookie?: string): Request => ({ headers: { cookie } }) as Request;

describe('a cookie', () => {
  test('is found among others', () => {
    expect(readCookie(asked('a=1; uptake_pre=x=y; b=2'), 'uptake_pre')).toBe('x=y');
  });

  test('is not found by a part of its name, when it is missing, or when it came twice', () => {
    expect(readCookie(asked('not_uptake_pre=1'), 'uptake_pre')).toBeUndefined();
    expect(readCookie(asked(), 'uptake_pre')).toBeUndefined();
    expect(readCookie(asked('uptake_pre=1; uptake_pre=2'), 'uptake_pre')).toBeUndefined();
  });

  test('under https is bound to the host', () => {
    expect([sessionCookieName(true), sessionCookieName(false)]).toEqual(['__Host-uptake', 'uptake']);
    expect(cookieFlags(true)).toEqual({ httpOnly: true, sameSite: 'lax', secure: true, path: '/' });
  });
});
