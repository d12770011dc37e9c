// What passes from a table to its writers: some rows, and the same rows as clean texts, made once for all formats.
import { rowTexts } from './cell';
import type { Column, Row } from './table';

/** Some rows of a report, typed and as clean texts (rowTexts). */
export interface Batch {
  readonly rows: readonly Row[];
  readonly texts: readonly (readonly string[])[];
}

/** A file being written from batches. One call at a time. */
export interface BatchWriter {
  write(batch: Batch): Promise<void>;
  /** Completes the file and ends the sink. */
  end(): Promise<void>;
  /** Cells that the guard against formulas has changed so far. */
  guardedCells(): number;
}

// Texts that live longer than the young heap cost a third of the time of a report; slices this small do not.
const sliceRows = 200;

/** Cleans rows, slice by slice. @throws bug when a datetime cell holds no instant */
export function* toBatches(columns: readonly Column[], rows: readonly Row[]): Generator<Batch> {
  for (let from = 0; from < rows.length; from += sliceRows) {
    const slice = rows.slice(from, from + sliceRows);
    yield { rows: slice, texts: slice.map((row) => rowTexts(columns, row)) };
  }
}
