// The first page: / with the onboarding funnel, app usage, active users, and the steps that are left of the setup.
// Called by router.ts. The numbers are those of the API, read by the same service.
import { Router, type Request, type Response } from 'express';
import type { AdoptionCounts } from '../domain/adoption';
import type { Adoption } from '../service/adoption';
import { callerOf, viewerOf } from './context';
import { dashboardModel } from './dashboard-model';
import { refuseMethod } from './error-page';
import { readerOf } from './page';
import type { Parts } from './parts';
import { requireSignIn } from './session';

/** The part of the adoption service the dashboard needs. */
export type AdoptionNumbers = Pick<Adoption, 'overview'>;

/** The route of the dashboard. */
export function createDashboardPage(parts: Parts, adoption: AdoptionNumbers): Router {
  const router = Router();
  router
    .route('/')
    .get(requireSignIn, (req, res) => show(parts, adoption, req, res))
    .all(refuseMethod('GET'));
  return router;
}

async function show(parts: Parts, adoption: AdoptionNumbers, req: Request, res: Response): Promise<void> {
  const viewer = viewerOf(res);
  const asOf = parts.clock.now();
  const counts = await adoption.overview(callerOf(res));
  const app = viewer.organization.productName;
  const model = {
    ...readerOf(viewer),
    app,
    asOf,
    ...dashboardModel(counts, app),
    ...setupOf(parts, counts, viewer.hasSecondFactor),
  };
  parts.pages.show(req, res, { template: 'dashboard', title: 'Overview', model });
}

/** What is left to do before the numbers can move. */
function setupOf(parts: Parts, counts: AdoptionCounts, hasSecondFactor: boolean) {
  const hasPeople = counts.assignedLicense > 0 || counts.totalUsers > 0;
  const hasProgress = counts.activatedLicense > 0 || counts.totalUsers > 0;
  return {
    isConnected: hasPeople,
    hasProgress,
    hasSecondFactor,
    isSetUp: hasPeople && hasProgress && (hasSecondFactor || parts.isLoopback),
    scimUrl: `${parts.publicUrl}/scim/v2`,
    eventsUrl: `${parts.publicUrl}/api/v1/events/`,
  };
}
