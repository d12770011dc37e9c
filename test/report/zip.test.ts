import { randomBytes } from 'node:crypto';
import { createSink } from '../../src/report/sink';
import { createZip } from '../../src/report/zip';
import { readZip } from '../../src/report/zip-reader';
import { readArchive } from './reading';
import { aBucket } from './samples';

async function archiveOf(level: number, text: string, pieces: number): Promise<Buffer> {
  const { stream, bytes } = aBucket();
  const sink = createSink(stream);
  const zip = createZip(sink, { level });
  await zip.add('small.txt', Buffer.from('small'));
  const part = await zip.open('long.txt');
  for (let piece = 0; piece < pieces; piece += 1) await part.write(text);
  await part.end();
  await (await zip.open('empty.txt')).end();
  await zip.finish();
  await sink.end();
  return bytes();
}

describe('the archive', () => {
  it.each([1, 6])('gives back what went in, over many parallel blocks, at level %i', async (level) => {
    const text = `${randomBytes(3000).toString('base64')} äöü 👩‍🚀\n`;

    const parts = readArchive(await archiveOf(level, text, 1000));

    expect([...parts.keys()]).toEqual(['small.txt', 'long.txt', 'empty.txt']);
    expect(parts.get('small.txt')?.toString()).toBe('small');
    expect(parts.get('long.txt')?.toString('utf8')).toBe(text.repeat(1000));
    expect(parts.get('empty.txt')).toHaveLength(0);
  });

  it('is the same to the byte for the same content', async () => {
    const [one, other] = await Promise.all([archiveOf(6, 'text, ', 90_000), archiveOf(6, 'text, ', 90_000)]);

    expect(one?.equals(other ?? Buffer.alloc(0))).toBe(true);
  });

  it('is read back by our own reader too', async () => {
    const parts = readZip(await archiveOf(6, 'abc', 3));

    expect([...parts].map(([name, content]) => [name, content.toString()])).toEqual([
      ['small.txt', 'small'],
      ['long.txt', 'abcabcabc'],
      ['empty.txt', ''],
    ]);
  });

  it('runs no further ahead of a slow reader than eight blocks', async () => {
    let open: (() => void) | undefined;
    let gate: Promise<void> = Promise.resolve();
    const zip = createZip({ write: () => gate, end: async () => undefined }, { level: 1 });
    const part = await zip.open('long.txt');
    gate = new Promise((resolve) => (open = resolve));
    let isTaken = false;

    for (let block = 1; block < 8; block += 1) await part.write('x'.repeat(131_072));
    const eighth = part.write('x'.repeat(131_072))?.then(() => (isTaken = true));
    await new Promise(setImmediate);
    const before = isTaken;
    open?.();
    await eighth;

    expect([before, isTaken]).toEqual([false, true]);
  });

  it('refuses a part and an archive that are larger than the format can say', async () => {
    const sink = { write: async () => undefined, end: async () => undefined };
    const part = await createZip(sink, { level: 1, mostBytes: 200_000 }).open('long.txt');
    const zip = createZip(sink, { level: 1, mostBytes: 1000 });

    const long = (async () => {
      for (let block = 0; block < 2; block += 1) await part.write('x'.repeat(131_072));
    })();

    await expect(long).rejects.toMatchObject({ code: 'report.too_large' });
    await expect(zip.add('noise', randomBytes(1000))).rejects.toMatchObject({ code: 'report.too_large' });
  });
});
