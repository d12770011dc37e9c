// How the command line speaks: one JSON document on stdout with --json, plain lines without; progress always on stderr.

/** Where results and progress go. */
export interface Output {
  /** The command's one result: the document with --json, else its lines. */
  result(document: unknown, lines: readonly string[]): void;
  /** With --json the one document of a command that failed, in the form of the API's errors. */
  failure(code: string, description: string): void;
  /** Progress and warnings. */
  note(line: string): void;
}

/** Writes to the streams of the process. */
export function createOutput(isJson: boolean, stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): Output {
  return {
    result: (document, lines) => void stdout.write(isJson ? `${JSON.stringify(document)}\n` : `${lines.join('\n')}\n`),
    failure: (code, description) => {
      if (isJson) stdout.write(`${JSON.stringify({ error: true, code, description })}\n`);
    },
    note: (line) => void stderr.write(`${line}\n`),
  };
}
