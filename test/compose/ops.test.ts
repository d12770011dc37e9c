// The listener for operators, over HTTP.
import { startOps } from '../../src/compose/ops';
import { keptLog } from '../support/api';

describe('the listener for operators', () => {
  const sources = [() => [{ name: 'a_metric', kind: 'gauge' as const, help: 'One.', values: [{ value: 1 }] }]];

  it('is not opened without a port', async () => {
    const ops = await startOps({ host: '127.0.0.1', port: undefined, sources, log: keptLog() });

    expect(ops).toBeUndefined();
  });

  it('answers metrics and the version, and nothing else', async () => {
    const ops = await startOps({ host: '127.0.0.1', port: 0, sources, log: keptLog() });
    const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${ops?.port}${path}`, { method });

    const [metrics, version] = [await ask('/metrics?x=1'), await ask('/version')];
    const others = [await ask('/'), await ask('/metrics', 'POST'), await ask('/livez')];
    const texts = [await metrics.text(), await version.text(), ...(await Promise.all(others.map((it) => it.text())))];
    await ops?.close();

    expect([metrics.status, metrics.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    expect(texts[0]).toContain('# HELP a_metric One.\n# TYPE a_metric gauge\na_metric 1\n');
    expect(JSON.parse(texts[1] ?? '')).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
    expect(others.map(({ status }) => status)).toEqual([404, 404, 404]);
  });
});
