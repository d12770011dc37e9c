// The bundle's entry: every workflow type, by the name Temporal knows it under.
export { deliverMail } from './deliver-mail';
export { onboarding } from './onboarding';
export { replanJourneys } from './replan-journeys';
