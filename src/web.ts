// The web role: SCIM, API and console. Holds no Temporal client.
import { runRole } from './compose/role';
import { startWeb } from './compose/web';
import { withDotEnv } from './dot-env';

void runRole('web', withDotEnv(process.env), startWeb);
