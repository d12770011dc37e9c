// The worker role: the outbox relay, Temporal's workers, the folding of counts.
import { runRole } from './compose/role';
import { startWorker } from './compose/worker';

void runRole('worker', process.env, startWorker);
