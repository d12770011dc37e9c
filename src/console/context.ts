// What a request of the console carries from guard to handler: its id, who looks, and the caller for the services.
// Set by router.ts and session.ts, read by every page.
import type { Response } from 'express';
import type { Caller } from '../domain/caller';
import { AppError } from '../errors';
import type { Viewer } from '../service/admin-account';

/** Keeps the id of the request. */
export function setRequestId(res: Response, requestId: string): void {
  res.locals['requestId'] = requestId;
}

/** The id of the request, as every answer and log line shows it. */
export function requestIdOf(res: Response): string {
  return String(res.locals['requestId']);
}

/** Keeps who looks. */
export function setViewer(res: Response, viewer: Viewer): void {
  res.locals['viewer'] = viewer;
}

/** Who looks; undefined before signing in. */
export function findViewer(res: Response): Viewer | undefined {
  return res.locals['viewer'] as Viewer | undefined;
}

/** Who looks. @throws AppError `sign_in.required` before signing in */
export function viewerOf(res: Response): Viewer {
  const viewer = findViewer(res);
  if (!viewer) throw new AppError('sign_in.required');
  return viewer;
}

/** The viewer as the services know a caller. @throws AppError `sign_in.required` before signing in */
export function callerOf(res: Response): Caller {
  const { adminId, organization } = viewerOf(res);
  const actor = { kind: 'admin', id: adminId } as const;
  return { organizationId: organization.organizationId, actor, requestId: requestIdOf(res) };
}
