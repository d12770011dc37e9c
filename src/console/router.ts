// The console: server-rendered pages, plain forms and links. Made by compose, mounted by app.ts after SCIM and API.
// Guards in order: request id, headers, assets, links by mail, session, origin, viewer, form token, page.
import { Router, type RequestHandler } from 'express';
import type { Clock } from '../clock';
import type { Log } from '../log';
import type { NewId } from '../ids';
import type { Administration } from '../service/administration';
import type { Engine } from '../view/engine';
import { createAssets, type Assets } from './assets';
import { setRequestId } from './context';
import { createReportHandler, readReport } from './csp-report';
import { createCsrf } from './csrf';
import { createDashboardPage, type AdoptionNumbers } from './dashboard-page';
import { createErrorHandler, refuseMethod, refuseUnknown } from './error-page';
import { readBody } from './form';
import { pageHeaders, safeHeaders } from './headers';
import { createOptOutPage, type Suppression } from './opt-out-page';
import { createPages } from './page';
import type { Parts } from './parts';
import { createPreSignIn } from './pre-sign-in';
import { createProfilePage } from './profile-page';
import { createSecondFactorPage } from './second-factor-page';
import { createSessions, loadViewer, trustPublicUrl } from './session';
import { createSetupPage } from './setup-page';
import { createSignInPages } from './sign-in';

/** Handed in by compose. */
export interface ConsoleDependencies {
  readonly administration: Administration;
  readonly adoption: AdoptionNumbers;
  readonly suppression: Suppression;
  /** Over templates/console and templates/partials. */
  readonly engine: Engine;
  /** The folder templates/assets. */
  readonly assetsFolder: string;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  readonly publicUrl: string;
  readonly isLoopback: boolean;
}

/** The whole console; it answers every path, the unknown ones with a page. */
export function createConsole(dependencies: ConsoleDependencies): Router {
  const { newId, log } = dependencies;
  const assets = createAssets(dependencies.assetsFolder);
  const parts = createParts(dependencies, assets);
  const router = Router();
  router.use(identify(newId), safeHeaders(parts.isHttps), pageHeaders);
  router.route('/assets/:file').get(assets.serve).all(refuseMethod('GET'));
  router.route('/csp').post(readReport, createReportHandler(dependencies)).all(refuseMethod('POST'));
  router.use('/u', readBody);
  router.use(createOptOutPage(parts, dependencies.suppression));
  router.use(createSignedPages(parts, dependencies));
  router.use(refuseUnknown, createErrorHandler({ pages: parts.pages, log }));
  return router;
}

function createParts(dependencies: ConsoleDependencies, assets: Assets): Parts {
  const { administration, engine, clock, log, publicUrl, isLoopback } = dependencies;
  const isHttps = publicUrl.startsWith('https:');
  const csrf = createCsrf(publicUrl);
  const pages = createPages({ engine, assets, csrf });
  const preSignIn = createPreSignIn({ sealing: administration.sealing, isHttps });
  return { administration, pages, csrf, preSignIn, clock, log, publicUrl, isHttps, isLoopback };
}

/** All pages that know a session, before sign-in and after. */
function createSignedPages(parts: Parts, { administration, adoption }: ConsoleDependencies): Router {
  const router = Router();
  router.use(parts.csrf.refuseOtherSites, trustPublicUrl(parts.isHttps));
  router.use(createSessions({ administration, isHttps: parts.isHttps }), loadViewer(administration), readBody);
  router.use(createSignInPages(parts), createSetupPage(parts));
  router.use('/profile', parts.csrf.requireToken);
  router.use(createProfilePage(parts), createSecondFactorPage(parts));
  router.use(createDashboardPage(parts, adoption));
  return router;
}

/** Takes the id the listener gave the request, or gives one. */
function identify(newId: NewId): RequestHandler {
  return (_req, res, next) => {
    const given = res.getHeader('X-Request-Id');
    const requestId = typeof given === 'string' ? given : newId();
    res.setHeader('X-Request-Id', requestId);
    setRequestId(res, requestId);
    next();
  };
}
