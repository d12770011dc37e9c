// The worker role: the outbox relay, Temporal's workers, the folding of counts.
import { runRole } from './compose/role';
import { startWorker } from './compose/worker';
import { withDotEnv } from './dot-env';

void runRole('worker', withDotEnv(process.env), startWorker);
