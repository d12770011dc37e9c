// Whom a logged request concerned beside its own subject. Called by service/request-subjects, in the transaction that writes the rows.
import type { Connection } from './connection';
import { inChunks } from './id-chunks';

/** One person or group, and the request. */
export interface RequestSubject {
  readonly requestId: string;
  readonly subjectId: string;
}

/** The subjects of one organization. */
export function createRequestSubjectStore({ organizationId, run, insertMany }: Connection) {
  return {
    /** Of requests whose rows are there. */
    add: async (subjects: readonly RequestSubject[]): Promise<void> => {
      const ids = [...new Set(subjects.map(({ requestId }) => requestId))];
      const found = await inChunks(ids, async (chunk) => {
        const { rows } = await run(
          'SELECT id, request_id, received_at FROM scim_request_log WHERE organization_id = ? AND request_id IN (?)',
          [organizationId, chunk],
        );
        return rows;
      });
      const logged = new Map(found.map((row) => [row['request_id'] as string, row]));
      await insertMany(
        'INSERT INTO scim_request_subjects (organization_id, subject_id, received_at, log_id) VALUES ?',
        subjects.flatMap(({ requestId, subjectId }) => {
          const row = logged.get(requestId);
          return row === undefined
            ? []
            : [[organizationId, subjectId, row['received_at'] as Date, row['id'] as number]];
        }),
      );
    },
    /** Who has a userName now: its key -> the user's id. */
    ownersOf: async (nameKeys: readonly string[]): Promise<ReadonlyMap<string, string>> => {
      const owners = await inChunks(nameKeys, async (chunk) => {
        const { rows } = await run(
          'SELECT user_name_key, id FROM users WHERE organization_id = ? AND user_name_key IN (?) AND is_live = 1',
          [organizationId, chunk],
        );
        return rows.map((row): [string, string] => [row['user_name_key'] as string, row['id'] as string]);
      });
      return new Map(owners);
    },
  };
}
