// What the database server is and how our sessions with it are set. For the doctor.
import type { ScanConnection } from './connection';

/** The server and the session. */
export interface ServerFacts {
  readonly version: string;
  readonly characterSet: string;
  /** As the server writes it: READ-COMMITTED. */
  readonly isolation: string;
  readonly timeZone: string;
  readonly sqlMode: string;
  /** The server's clock. */
  readonly now: Date;
}

/** Asks the server. */
export function createServerFacts({ run }: ScanConnection) {
  return {
    read: async (): Promise<ServerFacts> => {
      const { rows } = await run('SELECT VERSION() AS version, UTC_TIMESTAMP(6) AS now');
      // The isolation level has another name on each brand, and asking for the wrong one is an error.
      const session = await run(
        "SHOW SESSION VARIABLES WHERE Variable_name IN ('character_set_connection', 'transaction_isolation', 'tx_isolation', 'time_zone', 'sql_mode')",
      );
      const set = new Map(session.rows.map((row) => [row['Variable_name'] as string, row['Value'] as string]));
      return {
        version: rows[0]?.['version'] as string,
        now: rows[0]?.['now'] as Date,
        characterSet: set.get('character_set_connection') ?? '',
        isolation: set.get('transaction_isolation') ?? set.get('tx_isolation') ?? '',
        timeZone: set.get('time_zone') ?? '',
        sqlMode: set.get('sql_mode') ?? '',
      };
    },
  };
}
