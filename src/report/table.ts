// The one row source of every report: columns, rows in batches, and what the report says about itself.
// Filled by the store's views through activities and console; read by the writers of this room.

/** What a column holds; decides width, style and how a cell is typed. */
export type ColumnKind =
  'id' | 'name' | 'email' | 'tag' | 'text' | 'datetime' | 'date' | 'number' | 'share' | 'boolean';

/** The tint of a tag, as in the console. */
export type Tone = 'neutral' | 'wait' | 'good' | 'bad' | 'info';

/** One column. Its place in the array is its place in each row. */
export interface Column {
  /** snake_case head of the CSV, unique in its table. */
  readonly key: string;
  /** Head in the workbook; the writer adds the zone to a `datetime` column. */
  readonly label: string;
  readonly kind: ColumnKind;
  /** Tint of a value in the workbook; none = untinted. */
  readonly toneOf?: (text: string) => Tone | undefined;
}

/**
 * One value. A `datetime` is a Date, or UTC text `YYYY-MM-DD HH:MM:SS[.ffffff]` as MySQL prints it (no Date per cell on
 * long reports); a `date` is `YYYY-MM-DD`; a `share` lies in 0..1; null is an empty cell.
 */
export type Cell = string | number | boolean | Date | null;

/** One row, as long as its table's columns. */
export type Row = readonly Cell[];

/** The rows behind one report, read once and in batches. */
export interface ReportTable {
  /** Name of the data sheet, such as "Users". */
  readonly name: string;
  readonly columns: readonly Column[];
  readonly rows: AsyncIterable<readonly Row[]>;
}

/** How one number of the report is defined. */
export interface Definition {
  readonly metric: string;
  readonly version: string;
  readonly description: string;
}

/** One line of the small table on the summary sheet. */
export interface Count {
  readonly label: string;
  readonly value: number;
}

/** What a report says about itself: summary sheet, file name and manifest. */
export interface ReportMeta {
  /** Kind of report, such as `user_list`. */
  readonly kind: string;
  readonly title: string;
  /** Slug of the definition, such as `users-and-adoption`. */
  readonly slug: string;
  readonly organization: { readonly slug: string; readonly name: string };
  /** The instant the numbers are true for. */
  readonly asOf: Date;
  /** Nothing recorded after this instant was used. */
  readonly knownAt: Date;
  /** IANA zone of all times in the workbook. */
  readonly zone: string;
  /** The filter in words, such as "Enabled and deactivated users". */
  readonly filter: string;
  readonly definitions: readonly Definition[];
  readonly counts: readonly Count[];
  readonly runId: string;
  readonly codeVersion: string;
}
