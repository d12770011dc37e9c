// What browsers report: taken without a session, kept short, one line in the log a minute and nothing of the page in it.
import { startConsole, type TestConsole } from '../support/console';
import { useDatabase } from '../support/database';

describe('reports of browsers', () => {
  const db = useDatabase();
  let console: TestConsole;
  beforeEach(async () => {
    console = await startConsole(db);
  });
  afterEach(() => console.close());

  const report = (body: string, type = 'application/csp-report'): Promise<Response> =>
    fetch(`${console.url}/csp`, { method: 'POST', body, headers: { 'content-type': type } });

  test('are answered 204 and logged by their directive alone', async () => {
    const body = { 'csp-report': { 'effective-directive': 'img-src', 'blocked-uri': 'https://evil.example/ada' } };

    const answer = await report(JSON.stringify(body));

    expect(answer.status).toBe(204);
    expect(console.logged).toEqual([{ level: 'warn', facts: { directive: 'img-src' } }]);
  });

  test('beyond sixty a minute are refused, and logged once', async () => {
    const answers: number[] = [];
    for (let i = 0; i < 62; i += 1) answers.push((await report('{}')).status);
    console.clock.advance(60_000);
    answers.push((await report('{}')).status);

    expect(answers).toEqual([...Array.from({ length: 60 }, () => 204), 429, 429, 204]);
    expect(console.logged).toHaveLength(2);
  });

  test('that are too large, broken or strange leave no trace', async () => {
    const answers = await Promise.all([
      report(`{"x":"${'a'.repeat(9000)}"}`),
      report('{"csp-report":'),
      report('{"csp-report":{"effective-directive":"<b>x</b>\\n"}}'),
      report('[]', 'application/reports+json'),
    ]);

    expect(answers.map(({ status }) => status)).toEqual([413, 400, 204, 204]);
    expect(JSON.stringify(console.logged)).not.toContain('<b>');
  });
});
