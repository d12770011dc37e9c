// One question to a Temporal server over bare HTTP/2. The client library would do, but where a port takes connections and
// says nothing it keeps the process alive for good. Called by temporal.ts of this room and by the doctor.
// Source: the gRPC wire protocol; temporal.api.workflowservice.v1.
import { connect } from 'node:http2';

/** Where the server is and how it is shown who asks; texts of certificates in PEM form. */
export interface TemporalAddress {
  /** host:port */
  readonly address: string;
  readonly apiKey?: string | undefined;
  readonly tlsCert?: string | undefined;
  readonly tlsKey?: string | undefined;
}

/** A method of the workflow service with its message. */
export interface TemporalQuestion {
  readonly method: 'DescribeNamespace' | 'GetSystemInfo';
  readonly message: Buffer;
  readonly timeoutMs: number;
}

const headBytes = 5;
/** Answers of these methods have a few hundred bytes. */
const mostBytes = 65_536;

/** The answer's message; undefined when the server refuses, or says nothing in time. */
export function askTemporal(at: TemporalAddress, question: TemporalQuestion): Promise<Buffer | undefined> {
  const { address, apiKey, tlsCert: cert, tlsKey: key } = at;
  const isTls = apiKey !== undefined || (cert !== undefined && key !== undefined);
  return new Promise((resolve) => {
    const session = connect(`${isTls ? 'https' : 'http'}://${address}`, { ...(cert && key && { cert, key }) });
    const done = (answer: Buffer | undefined) => {
      clearTimeout(timer);
      session.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => done(undefined), question.timeoutMs);
    session.once('error', () => done(undefined));
    const request = session.request({
      ':method': 'POST',
      ':path': `/temporal.api.workflowservice.v1.WorkflowService/${question.method}`,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...(apiKey && { authorization: `Bearer ${apiKey}` }),
    });
    const chunks: Buffer[] = [];
    let size = 0;
    const answered = (headers: { readonly 'grpc-status'?: unknown }) => {
      const status = headers['grpc-status'];
      if (status !== undefined) done(Number(status) === 0 ? Buffer.concat(chunks).subarray(headBytes) : undefined);
    };
    request.once('response', answered);
    request.once('trailers', answered);
    request.once('error', () => done(undefined));
    request.once('close', () => done(undefined));
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= mostBytes) chunks.push(chunk);
    });
    request.end(framed(question.message));
  });
}

/** Behind the five bytes of a gRPC message: not compressed, length. */
function framed(message: Buffer): Buffer {
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Asks a server for its version, as text such as 1.29.1; undefined when it does not answer in time. */
export async function temporalVersion(at: TemporalAddress, timeoutMs: number): Promise<string | undefined> {
  const answer = await askTemporal(at, { method: 'GetSystemInfo', message: Buffer.alloc(0), timeoutMs });
  // Field 1 of the answer is the version, a text shorter than 128 bytes.
  return answer?.[0] === 0x0a ? answer.subarray(2, 2 + (answer[1] ?? 0)).toString() : undefined;
}
