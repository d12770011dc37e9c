// The headers of every page, as options for helmet (which compose hands in), and what single pages add to them.
// Called by router.ts.
import type { Request, Response, NextFunction, RequestHandler } from 'express';

/** The part of helmet's options that we set; nothing is left to its defaults that matters. */
export interface HeaderOptions {
  readonly contentSecurityPolicy: { readonly useDefaults: false; readonly directives: Record<string, string[]> };
  readonly strictTransportSecurity: { readonly maxAge: number; readonly includeSubDomains: boolean } | false;
  readonly referrerPolicy: { readonly policy: 'same-origin' };
  readonly crossOriginOpenerPolicy: { readonly policy: 'same-origin' };
  readonly crossOriginResourcePolicy: { readonly policy: 'same-origin' };
  readonly xFrameOptions: { readonly action: 'deny' };
}

const yearSeconds = 31_536_000;
const self = ["'self'"];
const none = ["'none'"];

/** Everything from our own host, nothing inline, no frame around us. Source: docs/console.md. */
export const contentSecurityPolicy: Readonly<Record<string, string[]>> = {
  'default-src': none,
  'script-src': self,
  'style-src': self,
  'img-src': self,
  'font-src': self,
  'connect-src': self,
  'form-action': self,
  'frame-src': self,
  'base-uri': none,
  'object-src': none,
  'frame-ancestors': none,
  'report-uri': ['/csp'],
};

const permissions = [
  'accelerometer',
  'autoplay',
  'camera',
  'display-capture',
  'encrypted-media',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'picture-in-picture',
  'publickey-credentials-get',
  'screen-wake-lock',
  'usb',
  'xr-spatial-tracking',
];

/** helmet's options; HSTS for a year under https. */
export function headerOptions(isHttps: boolean): HeaderOptions {
  return {
    contentSecurityPolicy: { useDefaults: false, directives: { ...contentSecurityPolicy } },
    strictTransportSecurity: isHttps ? { maxAge: yearSeconds, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  };
}

/** What helmet does not set: no browser feature, and no copy of a page anywhere. */
export function pageHeaders(_req: Request, res: Response, next: NextFunction): void {
  res.setHeader('Permissions-Policy', permissions.map((feature) => `${feature}=()`).join(', '));
  res.setHeader('Cache-Control', 'no-store');
  next();
}

/** Pages whose address is a secret tell it to nobody. */
export const noReferrer: RequestHandler = (_req, res, next) => {
  res.setHeader('Referrer-Policy', 'no-referrer');
  next();
};
