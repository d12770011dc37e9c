// SIGTERM under traffic: what was begun is finished, nobody's connection is cut, and both roles end with 0.
import { entraClient } from '../support/entra-client';
import { useProduct } from '../support/product';
import { startLoad } from '../support/scim-load';

/** What the launcher and a container engine wait before they kill. */
const stopMs = 25_000;
const well = { code: 0, signal: null };

describe('a graceful stop of web', () => {
  const product = useProduct({ roles: ['web'] });

  test('answers everything it has accepted and cuts no connection', async () => {
    const load = startLoad(product, 8);
    await product.until('traffic flows', async () => load.outcomes.length > 200);

    const beganAt = Date.now();
    const exit = await product.web.stop();
    const tookMs = Date.now() - beganAt;
    await load.stop();

    const cut = load.outcomes.filter(({ status, wasAccepted }) => status === undefined && wasAccepted);
    const answers = new Set(load.outcomes.flatMap(({ status }) => status ?? []));
    expect(exit).toEqual(well);
    expect(tookMs).toBeLessThan(stopMs);
    expect(cut).toEqual([]);
    expect([...answers].filter((status) => ![200, 201, 503].includes(status))).toEqual([]);
  });
});

describe('a graceful stop of the worker', () => {
  // 25 mails then take eight seconds: the command line starts meanwhile, and the stop still finds mails to do.
  const product = useProduct({ smtp: true, environment: { MAIL_RATE: '3' } });
  const directory = entraClient(product);

  test('ends mails and a report that are under way well, and the next worker goes on with the rest', async () => {
    const names = Array.from({ length: 25 }, (_, number) => `late-${number}@example.com`);
    for (const userName of names) await directory.create({ userName, givenName: 'Lee', familyName: 'Moor' });
    const { run_id: runId } = await product.uptake<{ run_id: string }>('report', 'run', 'users-and-adoption');
    await product.mailbox.waitFor((mails) => mails.length > 0);

    const beganAt = Date.now();
    const exit = await product.worker.stop();
    const tookMs = Date.now() - beganAt;
    const sentByThen = (await product.mailbox.list()).length;
    await product.worker.start();
    const mails = await product.mailbox.waitFor((found) => found.length >= names.length);
    await product.until('the report is there', async () => {
      const [run] = await product.rows<{ status: string }>('SELECT status FROM report_runs WHERE id = ?', [runId]);
      return run?.status === 'succeeded';
    });

    expect(exit).toEqual(well);
    expect(tookMs).toBeLessThan(stopMs);
    expect(sentByThen).toBeLessThan(names.length);
    expect(mails.map(({ to }) => to).toSorted()).toEqual(names.toSorted());
    expect(await product.rows("SELECT id FROM mails WHERE status <> 'sent'")).toEqual([]);
  });
});
