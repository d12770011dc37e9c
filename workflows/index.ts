// The bundle's entry: every workflow type, by the name Temporal knows it under.
export { dailySnapshot } from './daily-snapshot';
export { deliverMail } from './deliver-mail';
export { onboarding } from './onboarding';
export { replanJourneys } from './replan-journeys';
export { scheduledReport } from './scheduled-report';
