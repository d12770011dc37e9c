// Called by jest after the last suite.
import { stopServers } from './servers';

export = stopServers;
