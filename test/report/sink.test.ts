import { PassThrough, Writable } from 'node:stream';
import { createSink } from '../../src/report/sink';
import { aBucket } from './samples';

describe('a sink', () => {
  it('hands on every chunk in order and shows each to its watcher', async () => {
    const { stream, bytes } = aBucket();
    const seen: number[] = [];
    const sink = createSink(stream, (chunk) => seen.push(chunk.length));

    await sink.write(Buffer.from('one'));
    await sink.write(Buffer.from('three'));
    await sink.end();

    expect(bytes().toString()).toBe('onethree');
    expect(seen).toEqual([3, 5]);
  });

  it('waits until a full stream takes more', async () => {
    const slow = new PassThrough({ highWaterMark: 4 });
    const sink = createSink(slow);
    let taken = false;

    const writing = sink.write(Buffer.from('long enough')).then(() => (taken = true));
    await new Promise(setImmediate);
    const before = taken;
    slow.read();
    await writing;

    expect([before, taken]).toEqual([false, true]);
  });

  it('tells the fault of the stream to who waits, and to who comes later', async () => {
    const full = new Writable({ highWaterMark: 1, write: (_chunk, _encoding, done) => done(new Error('ENOSPC')) });
    const sink = createSink(full);

    const first = sink.write(Buffer.from('a'));

    await expect(first).rejects.toThrow('ENOSPC');
    await expect(sink.write(Buffer.from('b'))).rejects.toThrow('ENOSPC');
    await expect(sink.end()).rejects.toThrow('ENOSPC');
  });

  it('does not wait for ever when the reader goes away', async () => {
    const slow = new PassThrough({ highWaterMark: 1 });
    const sink = createSink(slow);

    const writing = sink.write(Buffer.from('abc'));
    slow.destroy();

    await expect(writing).rejects.toThrow('closed before its end');
  });
});
