// The three cookies of the console: their names, flags and reading. Called by session.ts, pre-sign-in.ts, page.ts and profile-page.ts.
import type { Request } from 'express';

/** The session's cookie: under https its name makes browsers insist on Secure, the whole host and the path /. */
export function sessionCookieName(isHttps: boolean): string {
  return isHttps ? '__Host-uptake' : 'uptake';
}

/** Flags of all our cookies. */
export function cookieFlags(isHttps: boolean) {
  return { httpOnly: true, sameSite: 'lax', secure: isHttps, path: '/' } as const;
}

/** A cookie as it came; undefined when it is missing or came twice. */
export function readCookie(req: Request, name: string): string | undefined {
  const found = (req.headers.cookie ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`));
  return found.length === 1 ? found[0]?.slice(name.length + 1) : undefined;
}
