// Reads a `.env` file beside the process. Called by every entry before it reads its configuration.
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from './config';

/**
 * The environment with what a `.env` file adds; what the environment has set wins.
 * @param path of the file; none is no fault
 */
export function withDotEnv(environment: Environment, path = '.env'): Environment {
  const text = readText(path);
  if (text === undefined) return environment;
  const set = Object.entries(environment).filter(([, value]) => value !== undefined && value !== '');
  return { ...parseEnv(text), ...Object.fromEntries(set) };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
