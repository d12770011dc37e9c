// Style, script and icons: read once, served under a name that holds their digest, so that they never go stale.
// Called by router.ts and by the pages, which ask for the addresses.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Request, RequestHandler, Response } from 'express';
import { AppError } from '../errors';

/** The assets of the console. */
export interface Assets {
  /** The address of an asset. @example url('console.css') === '/assets/console.1f0c….css' */
  url(name: string): string;
  /** Serves GET /assets/:file. */
  readonly serve: RequestHandler;
}

interface Asset {
  readonly type: string;
  readonly body: Buffer;
  readonly zipped: Buffer;
}

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Reads the folder; what is neither style, script nor picture is left out. */
export function createAssets(folder: string): Assets {
  const served = new Map<string, Asset>();
  const urls = new Map<string, string>();
  for (const name of readdirSync(folder)) {
    const extension = extname(name);
    const type = types[extension];
    if (type === undefined) continue;
    const body = readFileSync(join(folder, name));
    const digest = createHash('sha256').update(body).digest('hex').slice(0, 16);
    const file = `${name.slice(0, -extension.length)}.${digest}${extension}`;
    served.set(file, { type, body, zipped: gzipSync(body, { level: 9 }) });
    urls.set(name, `/assets/${file}`);
  }
  return {
    url: (name) => {
      const url = urls.get(name);
      if (url === undefined)
        throw new AppError('template.failed', { template: name, reason: 'there is no such asset' });
      return url;
    },
    serve: (req, res) => send(req, res, served.get(String(req.params['file']))),
  };
}

function send(req: Request, res: Response, asset: Asset | undefined): void {
  if (!asset) throw new AppError('route.not_found');
  const isZipped = req.acceptsEncodings('gzip') === 'gzip';
  res.setHeader('Content-Type', asset.type);
  res.setHeader('Cache-Control', 'public, max-age=31536000, immutable');
  res.setHeader('Vary', 'Accept-Encoding');
  if (isZipped) res.setHeader('Content-Encoding', 'gzip');
  res.end(isZipped ? asset.zipped : asset.body);
}
