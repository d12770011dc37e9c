// The web role: SCIM, API and console. Holds no Temporal client.
import { runRole } from './compose/role';
import { startWeb } from './compose/web';

void runRole('web', process.env, startWeb);
