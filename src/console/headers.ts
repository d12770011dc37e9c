// The headers of every page, and what single pages add to them.
// Called by router.ts.
import type { Request, Response, NextFunction, RequestHandler } from 'express';
import helmet from 'helmet';

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

/** helmet with our own options; HSTS for a year under https. */
export function safeHeaders(isHttps: boolean): RequestHandler {
  return helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { ...contentSecurityPolicy } },
    strictTransportSecurity: isHttps ? { maxAge: yearSeconds, includeSubDomains: false } : false,
    referrerPolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
    xFrameOptions: { action: 'deny' },
  });
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
