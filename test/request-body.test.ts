// The shared reader of bodies, over a real socket, and its two measures against plainer ones.
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { collectBody, isFitText, measureJson } from '../src/request-body';

describe('a body that is collected', () => {
  let server: Server;
  const outcomes: Promise<string>[] = [];
  const limits = {
    maxBytes: 10,
    tooLarge: () => new Error('too large'),
    cutShort: () => new Error('cut short'),
  };

  beforeAll(async () => {
    server = createServer((req, res) => {
      const outcome = collectBody(req, limits).then(String, (error: Error) => error.message);
      outcomes.push(outcome);
      void outcome.then((text) => res.end(text));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });

  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** Sends chunks without announcing a length, or with one; answers what the server said. */
  function send(chunks: readonly string[], headers: Record<string, string> = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const req = request({ port, host: '127.0.0.1', method: 'POST', headers }, (res) => {
        res.once('data', (said: Buffer) => {
          resolve(said.toString());
          req.destroy();
        });
      });
      req.on('error', reject);
      for (const chunk of chunks) req.write(chunk);
      if (headers['Content-Length'] === undefined) req.end();
    });
  }

  it('is whole up to the limit, in one piece or in many', async () => {
    expect(await send(['0123456789'])).toBe('0123456789');
    expect(await send(['01234', '5678', '9'])).toBe('0123456789');
  });

  it('is refused by the byte beyond the limit, and by an announcement alone', async () => {
    expect(await send(['01234', '567890'])).toBe('too large');
    expect(await send(['0'], { 'Content-Length': '11' })).toBe('too large');
  });

  it('is cut short when the connection ends first', async () => {
    const { port } = server.address() as AddressInfo;
    const before = outcomes.length;
    const req = request({ port, host: '127.0.0.1', method: 'POST', headers: { 'Content-Length': '5' } });
    req.on('error', () => undefined);
    const arrived = new Promise<void>((resolve) => server.once('request', () => resolve()));

    req.write('0');
    await arrived;
    req.destroy();

    expect(await outcomes[before]).toBe('cut short');
  });
});

describe('the measure of JSON', () => {
  interface Plain {
    depth: number;
    keys: number;
    values: number;
  }
  const plain = (node: unknown): Plain => {
    if (typeof node !== 'object' || node === null) return { depth: 0, keys: 0, values: 1 };
    const within = Object.values(node).map(plain);
    const sum = (of: (it: Plain) => number) => within.reduce((total, it) => total + of(it), 0);
    return {
      depth: 1 + Math.max(0, ...within.map(({ depth }) => depth)),
      keys: (Array.isArray(node) ? 0 : within.length) + sum(({ keys }) => keys),
      // An empty one counts twice, since nothing parts its end from a value.
      values:
        1 +
        Math.max(
          1,
          sum(({ values }) => values),
        ),
    };
  };

  it('is that of the parsed value, whatever stands in its texts', () => {
    const text = fc.oneof(fc.string(), fc.constantFrom('{', '[[', '"', '\\', ':,', '\\"]'));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(text, fc.integer(), fc.array(tie('value')), fc.dictionary(text, tie('value'))),
    }));

    fc.assert(fc.property(value, (it) => expect(measureJson(JSON.stringify(it))).toEqual(plain(it))));
  });

  it('counts a key that is given twice twice', () => {
    expect(measureJson('{"a":1,"a":2}').keys).toBe(2);
  });

  it('takes a text that is no JSON to its end', () => {
    expect(measureJson('"never closed\\').values).toBe(1);
    expect(measureJson(']]]]{').depth).toBe(0);
  });
});

describe('a fit text', () => {
  it('holds no control character but tab and line ends, no noncharacter and no lone surrogate', () => {
    const unfit = /(?![\t\n\r\x7f])[\p{Cc}\p{Cs}\ufffe\uffff]/u;
    const unit = fc.oneof(fc.integer({ min: 0, max: 0xa0 }), fc.integer({ min: 0xd7f0, max: 0xe010 }), fc.nat(0xffff));
    const text = fc.array(unit).map((units) => String.fromCharCode(...units));

    fc.assert(
      fc.property(text, (it) => expect(isFitText(it)).toBe(!unfit.test(it))),
      { numRuns: 1000 },
    );
  });
});
