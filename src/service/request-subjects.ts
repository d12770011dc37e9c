// Who is to find a logged request beside its subject: those of a Bulk, people who joined or left a group, owners of a name that
// was refused. Written with the rows, after the answers. Called by service/request-log-writer.
import type { AnsweredRequest } from '../domain/request-record';
import { fold } from '../domain/user';
import type { Scan } from '../store/scan';
import type { Stores } from '../store/stores';

/** Notes them, organization by organization; requests about their subject alone cost nothing. */
export async function noteSubjects(scan: Scan, rows: readonly AnsweredRequest[]): Promise<void> {
  const wide = rows.filter(({ concerned, takenNames }) => concerned.length > 0 || takenNames.length > 0);
  for (const organizationId of new Set(wide.map((row) => row.organizationId))) {
    const own = wide.filter((row) => row.organizationId === organizationId);
    await noteOwn(scan.of(organizationId), own);
  }
}

async function noteOwn({ requestSubjects }: Stores, rows: readonly AnsweredRequest[]): Promise<void> {
  const names = new Set(rows.flatMap(({ takenNames }) => takenNames.map(fold)));
  const owners = await requestSubjects.ownersOf([...names]);
  const subjects = rows.flatMap(({ requestId, subjectId, concerned, takenNames }) => {
    const ids = new Set(concerned);
    for (const name of takenNames) ids.add(owners.get(fold(name)) ?? '');
    for (const known of ['', subjectId ?? '']) ids.delete(known);
    return [...ids].map((id) => ({ requestId, subjectId: id }));
  });
  await requestSubjects.add(subjects);
}
