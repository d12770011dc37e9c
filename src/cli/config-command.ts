// `uptake config print`: every variable, its value and where it comes from; secrets masked.
import type { Output } from './output';

/** One variable as it is set. */
export interface SetVariable {
  readonly name: string;
  readonly value: string;
  readonly source: string;
}

/** Prints the table. */
export function printConfig(variables: readonly SetVariable[], output: Output): void {
  const width = Math.max(...variables.map(({ name }) => name.length));
  output.result(
    variables,
    variables.map(({ name, value, source }) => `${name.padEnd(width)}  ${value === '' ? '–' : value}  (${source})`),
  );
}
