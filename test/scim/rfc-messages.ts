// What holds for every message: RFC 7644 2, 3.8 and 3.11 to 3.14. Run by rfc-requirements.test.ts.
import { textOf } from './doors';
import { must, refusal, urn, type Requirement } from './rfc-rows';

/** The demands. */
export const messageRows: readonly Requirement[] = [
  must(
    '7644-2-L307',
    'a request without a token is 401 and is told the way to authenticate',
    async (scim) => {
      const answers = [await scim.sendBare('GET', '/Users'), await scim.sendBare('DELETE', '/Groups/x')];
      return answers.map(({ status, headers }) => [status, headers['www-authenticate']]);
    },
    [
      [401, 'Bearer realm="scim"'],
      [401, 'Bearer realm="scim"'],
    ],
  ),
  must(
    '7644-3.8-L3537',
    'JSON is UTF-8, in both directions',
    async (scim) => {
      const { path } = await scim.user({ displayName: 'Zoë 😀 東京' });
      return (await scim.get(path)).body['displayName'];
    },
    'Zoë 😀 東京',
  ),
  must(
    '7644-3.8-L3551',
    'who accepts application/scim+json gets it: resources, lists, errors and discovery',
    async (scim) => {
      const { path } = await scim.user();
      const headers = { Accept: 'application/scim+json' };
      const paths = [path, '/Users', '/Users/nobody', '/ServiceProviderConfig'];
      const answers = await Promise.all(paths.map((it) => scim.send('GET', it, undefined, headers)));
      return answers.map((it) => it.headers['content-type']);
    },
    Array.from({ length: 4 }, () => 'application/scim+json'),
  ),
  must(
    '7644-3.11-L3683',
    '/Me is nobody here: 501',
    async (scim) => [refusal(await scim.get('/Me')), (await scim.patch('/Me')).status],
    [[501, undefined], 501],
  ),
  must(
    '7644-3.12-L3707',
    'an error is JSON with its schema, its status as text, and a sentence',
    async (scim) => {
      const answers = [await scim.get('/Users/nobody'), await scim.get('/Users?filter=broken'), await scim.get('/Me')];
      return answers.map(({ body }) => [body['schemas'], body['status'], textOf(body, 'detail').length > 10]);
    },
    ['404', '400', '501'].map((status) => [[urn.error], status, true]),
  ),
  must(
    '7644-3.13-L3956',
    'a version that is not the one there is refused, 412, and nothing changes',
    async (scim) => {
      const made = await scim.user({ displayName: 'Old' });
      const wrong = { 'If-Match': 'W/"wrong-version"' };
      const body = { schemas: [urn.user], userName: 'new', Operations: [{ op: 'replace', path: 'title', value: 'T' }] };
      const statuses = [];
      for (const method of ['PUT', 'PATCH', 'DELETE']) {
        statuses.push((await scim.send(method, made.path, method === 'DELETE' ? undefined : body, wrong)).status);
      }
      const right = await scim.send('PUT', made.path, body, { 'If-Match': String(made.headers.etag) });
      return [...statuses, right.status, right.body['meta']?.['version']];
    },
    [412, 412, 412, 200, 'W/"2"'],
  ),
  must(
    '7644-3.14-L3967',
    'the version is in the header ETag of every answer with one resource',
    async (scim) => {
      const made = await scim.user();
      const answers = [
        made,
        await scim.get(made.path),
        await scim.patch(made.path, { op: 'replace', path: 'title', value: 'T' }),
        await scim.send('PUT', made.path, { userName: 'u' }),
      ];
      return answers.map(({ headers }) => headers.etag);
    },
    ['W/"1"', 'W/"1"', 'W/"2"', 'W/"3"'],
  ),
];
