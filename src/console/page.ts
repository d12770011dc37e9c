// One page: its own view model plus the frame's (title, sidebar, theme, message, token), rendered by the engine.
// Called by every *-page.ts and by error-page.ts.
import type { Request, Response } from 'express';
import type { Engine, ViewModel } from '../view/engine';
import type { Viewer } from '../service/admin-account';
import type { Assets } from './assets';
import { findViewer } from './context';
import { readCookie } from './cookie';
import type { Csrf } from './csrf';
import type { Flash } from './session';

/** A page to be shown. */
export interface Page {
  /** The template's name below templates/console. */
  readonly template: string;
  /** What stands in the title before organization and product. */
  readonly title: string;
  readonly model: ViewModel;
  /** 200 unless said. */
  readonly status?: number;
  /** Without the sidebar even for who is signed in: sign-in, setup, links by mail. */
  readonly isBare?: boolean;
}

/** Shows pages. */
export interface Pages {
  show(req: Request, res: Response, page: Page): void;
}

/** The themes of a page. */
export const themes = ['auto', 'light', 'dark'] as const;

/** The cookie that keeps the theme for the time before sign-in. */
export const themeCookie = 'uptake_theme';

const links = [
  { url: '/', label: 'Overview', icon: 'overview' },
  { url: '/profile', label: 'Profile', icon: 'profile' },
];

/** Pages over one engine and one set of assets. */
export function createPages({ engine, assets, csrf }: { engine: Engine; assets: Assets; csrf: Csrf }): Pages {
  const urls = {
    css: assets.url('console.css'),
    js: assets.url('console.js'),
    icons: assets.url('icons.svg'),
    mark: assets.url('mark.svg'),
  };
  return {
    show: (req, res, page) => {
      const viewer = findViewer(res);
      const hasSidebar = viewer !== undefined && page.isBare !== true;
      const model = {
        ...readerOf(viewer),
        ...messageOf(req),
        ...sidebarOf(viewer, req, hasSidebar),
        assets: urls,
        title: [page.title, viewer?.organization.name, 'Uptake'].filter(Boolean).join(' · '),
        theme: themeOf(viewer, req),
        hasSidebar,
        csrf: viewer ? csrf.tokenOf(req) : '',
        ...page.model,
      };
      const html = engine.render(page.template, model);
      res
        .status(page.status ?? 200)
        .type('html')
        .send(html);
    },
  };
}

/** Zone and locale of who looks; UTC and English before sign-in. */
export function readerOf(viewer: Viewer | undefined): { locale: string; timeZone: string } {
  const organization = viewer?.organization;
  return {
    locale: organization?.locale ?? 'en',
    timeZone: viewer?.preferences.timeZone ?? organization?.timeZone ?? 'UTC',
  };
}

function sidebarOf(viewer: Viewer | undefined, req: Request, isShown: boolean) {
  return {
    navigation: isShown ? links.map((link) => ({ ...link, isCurrent: link.url === req.path })) : [],
    organizationName: viewer?.organization.name ?? '',
    adminName: viewer?.displayName ?? '',
  };
}

/** Takes the message that the page before left; it is shown once. */
function messageOf(req: Request): { hasFlash: boolean; flash: Flash } {
  const flash = req.session?.flash;
  if (flash) delete req.session.flash;
  return { hasFlash: flash !== undefined, flash: flash ?? { tone: 'info', text: '' } };
}

function themeOf(viewer: Viewer | undefined, req: Request): string {
  const kept = viewer?.preferences.theme ?? readCookie(req, themeCookie);
  return themes.find((theme) => theme === kept) ?? 'auto';
}
