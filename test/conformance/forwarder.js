// @ts-check
// A listener before the product for the Go suite, whose client puts the base address before every address, also before one
// that is whole, as $ref and location are: what comes as BASE/https://host/scim/v2/Users/1 goes on as /scim/v2/Users/1.
// Called by suites.js.
'use strict';
const { createServer, request } = require('node:http');

const whole = /^.*\/https?:\/\/[^/]+(\/.*)$/;

/**
 * The path without an address before it; what stands in the query is no address.
 * @param {string} url
 */
function plainPath(url) {
  const [path = '', ...query] = url.split('?');
  return [path.replace(whole, '$1'), ...query].join('?');
}

/**
 * Listens until it is stopped; everything but the path goes on as it came.
 * @param {string} baseUrl where the product is, with its path
 * @returns {Promise<{ baseUrl: string, stop: () => Promise<void> }>}
 */
async function startForwarder(baseUrl) {
  const { hostname, port, pathname } = new URL(baseUrl);
  const server = createServer((req, res) => {
    const { method, headers } = req;
    const passed = request({ hostname, port, method, headers, path: plainPath(req.url ?? '/') }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    passed.once('error', () => res.destroy());
    req.pipe(passed);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the forwarder has no port');
  return {
    baseUrl: `http://127.0.0.1:${address.port}${pathname}`,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

module.exports = { plainPath, startForwarder };
