// Where the writers of this room put their bytes: one stream, never ahead of what it takes.
// Called by pass.ts and by the writers of whole files.
import type { Writable } from 'node:stream';

/** Takes bytes in order; one call at a time. */
export interface Sink {
  /** Resolves once the stream takes more. @throws the stream's error, or that it was closed */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends the stream; resolves when everything was handed on. */
  end(): Promise<void>;
}

/**
 * A sink over a Node stream; awaits `drain`.
 * @param seen called with each chunk before it is written, for digests and sizes
 */
export function createSink(stream: Writable, seen: (bytes: Uint8Array) => void = () => undefined): Sink {
  let failure: Error | undefined;
  let waiting: ((error?: Error) => void) | undefined;
  const settle = (error?: Error): void => {
    failure ??= error;
    waiting?.(failure);
    waiting = undefined;
  };
  stream.on('error', settle);
  stream.once('close', () => settle(new Error('the stream was closed before its end')));
  stream.on('drain', () => settle());
  const settled = (): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting = (error) => (error ? reject(error) : resolve());
    });
  return {
    write: async (bytes) => {
      if (failure) throw failure;
      seen(bytes);
      if (!stream.write(bytes)) await settled();
    },
    end: async () => {
      if (failure) throw failure;
      const done = settled();
      stream.end(() => settle(stream.errored ?? undefined));
      await done;
    },
  };
}
