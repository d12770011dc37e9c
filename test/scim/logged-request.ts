// An answered request as the request log takes it. Used by the suites of the log and of its writer.
import type { LoggedRequest } from '../../src/scim/logged-request';

/** A read; what is given replaces its parts. */
export function aRequest(over: Partial<LoggedRequest> = {}): LoggedRequest {
  return {
    req: { method: 'GET', headers: {} } as LoggedRequest['req'],
    requestId: 'r',
    receivedAt: new Date('2026-03-02T09:00:00Z'),
    startedMs: performance.now(),
    url: '/scim/v2/Users',
    caller: { organizationId: 1, actor: { kind: 'scim', id: 'c' }, requestId: 'r', credentialId: 'c' },
    body: undefined,
    operations: undefined,
    warnings: [],
    ignored: [],
    target: undefined,
    subjectId: undefined,
    concerned: [],
    takenNames: [],
    decision: 'read',
    change: undefined,
    affected: undefined,
    ...over,
  };
}
