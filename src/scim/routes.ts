// Which paths there are and which methods they take, decided before a body is read. Pure; called by router.ts.
import { AppError } from '../errors';

interface Route {
  readonly path: RegExp;
  readonly methods: readonly string[];
}

const always: readonly Route[] = [
  { path: /^\/(users|groups)\/\.search$/, methods: ['POST'] },
  { path: /^\/\.search$/, methods: ['POST'] },
  { path: /^\/bulk$/, methods: ['POST'] },
  { path: /^\/(users|groups)$/, methods: ['GET', 'POST'] },
  { path: /^\/(users|groups)\/[^/]+$/, methods: ['GET', 'PUT', 'PATCH', 'DELETE'] },
  { path: /^\/(schemas|resourcetypes)(\/[^/]+)?$/, methods: ['GET'] },
  { path: /^\/serviceproviderconfig$/, methods: ['GET'] },
];

const ofRoles: readonly Route[] = [
  { path: /^\/(roles|entitlements)\/\.search$/, methods: ['POST'] },
  { path: /^\/(roles|entitlements)(\/[^/]+)?$/, methods: ['GET'] },
];

/** Known to SCIM, not offered here, whatever the method. */
const absent = /^\/me(\/.*)?$/;

/** Lets a known path with a known method pass; a trailing slash and the case of names do not count. */
export type RouteCheck = (method: string, path: string) => void;

/**
 * Makes the check. @param options `withRoles`: /Roles and /Entitlements are there
 * @returns a function that throws route.unimplemented, route.method (with `allow`), route.not_found
 */
export function createRouteCheck({ withRoles }: { readonly withRoles: boolean }): RouteCheck {
  const routes = withRoles ? [...always, ...ofRoles] : always;
  return (method, path) => {
    const name = trimmed(path).toLowerCase();
    if (absent.test(name)) throw new AppError('route.unimplemented');
    const route = routes.find((it) => it.path.test(name));
    if (route === undefined) throw new AppError('route.not_found');
    const wanted = method === 'HEAD' ? 'GET' : method;
    if (!route.methods.includes(wanted)) throw new AppError('route.method', { allow: route.methods.join(', ') });
  };
}

/** The path as it was meant. @throws query.value when it is no percent-encoded UTF-8 */
export function decoded(path: string): string {
  try {
    return decodeURIComponent(trimmed(path));
  } catch (error) {
    throw new AppError('query.value', { reason: 'The address is not percent-encoded UTF-8.' }, { cause: error });
  }
}

/** The path without its trailing slash. */
export function trimmed(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}

/** Whether a method brings a body. */
export function takesBody(method: string): boolean {
  return method === 'POST' || method === 'PUT' || method === 'PATCH';
}
