// @ts-check
// Stands in for web in the launcher's tests: listens on PORT and is ready at once.
'use strict';
const { createServer } = require('node:http');

const server = createServer((request, response) => {
  response.statusCode = request.url === '/readyz' ? 200 : 404;
  response.end(
    JSON.stringify({ databaseUrl: process.env.DATABASE_URL, temporalAddress: process.env.TEMPORAL_ADDRESS }),
  );
});
server.listen(Number(process.env.PORT), process.env.HOST);
process.on('SIGTERM', () => process.exit(0));
