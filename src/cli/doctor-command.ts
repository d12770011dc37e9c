// `uptake doctor`: looks at everything an installation needs and says for each fault what to do.
import type { Output } from './output';

/** One look. */
export interface Check {
  readonly name: string;
  /** What to do when it fails. */
  readonly remedy: string;
  /** What was found; throws or answers `ok: false` when it is not well. */
  readonly look: () => Promise<Finding>;
}

/** What a look found. `warn` does not fail the command. */
export interface Finding {
  readonly state: 'ok' | 'warn' | 'fail' | 'not run';
  readonly found: string;
}

/** Runs every check; answers whether none failed. */
export async function runDoctor(checks: readonly Check[], output: Output): Promise<boolean> {
  const results: { name: string; state: Finding['state']; found: string; remedy: string | null }[] = [];
  for (const check of checks) {
    const { state, found } = await check
      .look()
      .catch((error: unknown): Finding => ({ state: 'fail', found: reasonOf(error) }));
    results.push({ name: check.name, state, found, remedy: state === 'ok' ? null : check.remedy });
  }
  const lines = results.flatMap(({ name, state, found, remedy }) => [
    `${mark[state]} ${name}: ${found}`,
    ...(remedy === null ? [] : [`    ${remedy}`]),
  ]);
  output.result({ checks: results }, lines);
  return results.every(({ state }) => state !== 'fail');
}

const mark: Readonly<Record<Finding['state'], string>> = { ok: 'ok  ', warn: 'warn', fail: 'FAIL', 'not run': '–   ' };

function reasonOf(error: unknown): string {
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  return cause?.code ?? code ?? 'failed';
}
