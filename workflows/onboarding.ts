// One person's way from the seat to using the app. Waits for due times and for `replan`; ends as journey.ts says.
// Started again under the same id whenever there may be a next step; a start with nothing to do ends at once.
import type { JourneyArgs } from './contract';
import { runJourney } from './journey';

/** Id `onboarding/<userId>`; answers why it ended. */
export async function onboarding(args: JourneyArgs): Promise<string> {
  return runJourney('onboarding', args);
}
