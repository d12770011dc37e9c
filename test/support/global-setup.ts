// Called by jest before the first suite.
import { startServers } from './servers';

export = startServers;
