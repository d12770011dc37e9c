// `uptake journeys rebuild`: everything open is given to Temporal again. Called by the program.
import type { Journeys } from '../service/journeys';
import type { Output } from './output';

interface Parts {
  readonly journeys: Pick<Journeys, 'rebuild'>;
  readonly output: Output;
}

/** Rebuilds; false when somebody could not be given back, which the lines on stderr name. */
export async function rebuildJourneys({ journeys, output }: Parts): Promise<boolean> {
  const { journeys: told, mails, failed } = await journeys.rebuild();
  const lines = [`${told} journeys and ${mails} mails are given to Temporal again.`];
  if (failed > 0) lines.push(`${failed} failed; see stderr.`);
  output.result({ journeys: told, mails, failed }, lines);
  return failed === 0;
}
