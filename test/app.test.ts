// The listener: who gets which request, and what is answered before anybody does.
import express from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';
import request from 'supertest';
import { createApp } from '../src/app';

function build(isOpen = true, isReady = isOpen) {
  const seen: string[] = [];
  const end = (name: string) => (req: IncomingMessage, res: ServerResponse) => {
    seen.push(`${name} ${req.method} ${req.url}`);
    res.end(name);
  };
  const router = (name: string) => express.Router().use((req, res) => end(name)(req, res));
  const scim = {
    hot: (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void) => {
      if (req.url?.includes('fall')) return next();
      if (req.url?.includes('break')) return next(new Error('broken'));
      return end('hot')(req, res);
    },
    app: end('app'),
    answerError: (_error: unknown, req: IncomingMessage, res: ServerResponse) => end('error')(req, res),
    refuse: (_error: unknown, req: IncomingMessage, res: ServerResponse) => end('refused')(req, res),
  };
  const readiness = async () => ({
    isReady,
    body: { status: isReady ? 'ready' : 'starting', database: 'ok', worker: 'ok', mail: 'ok' } as const,
  });
  const health = { readiness, stop: () => undefined };
  const app = createApp({
    scim,
    oauthToken: end('token'),
    api: router('api'),
    console: router('console'),
    health,
    trustProxy: 0,
    isOpen: () => isOpen,
  });
  return { seen, agent: request(app) };
}

describe('the listener', () => {
  it.each([
    ['get', '/scim/v2/Users/1', 'hot'],
    ['post', '/scim/Users', 'hot'],
    ['patch', '/scim/v2/Users/1', 'hot'],
    ['get', '/scim/v2/fall', 'app'],
    ['get', '/scim/v2/break', 'error'],
    ['put', '/scim/v2/Users/1', 'app'],
    ['delete', '/scim/v2/Users/1', 'app'],
    ['options', '/scim/v2/Users', 'app'],
    ['get', '/api/v1/openapi.json', 'api'],
    ['get', '/', 'console'],
    ['get', '/scimmy', 'console'],
    ['post', '/oauth/token', 'token'],
    ['get', '/oauth/token?x=1', 'token'],
    ['get', '/oauth/tokens', 'console'],
  ] as const)('gives %s %s to %s', async (method, path, to) => {
    const { agent } = build();

    const response = await agent[method](path);

    expect(response.text || to).toContain(to);
  });

  it('answers life and readiness before anything else', async () => {
    const { agent, seen } = build(false);

    expect((await agent.get('/livez')).status).toBe(200);
    expect((await agent.get('/readyz?x=1')).status).toBe(503);
    expect(seen).toEqual([]);
  });

  it('is closed to everybody until the schema is there, and says so in the words of each door', async () => {
    const { agent, seen } = build(false);

    const [scim, api] = [await agent.post('/scim/v2/Users'), await agent.post('/api/v1/adoption/overview/')];

    expect(scim.text).toBe('refused');
    expect([api.status, api.headers['retry-after'], api.body.code]).toEqual([503, '5', 'unavailable']);
    expect(seen).toEqual(['refused POST /scim/v2/Users']);
  });

  it('refuses a URL above sixteen kilobytes unread', async () => {
    const { agent, seen } = build();

    const response = await agent.get(`/scim/v2/Users?filter=${'a'.repeat(16_384)}`);

    expect([414, 431]).toContain(response.status);
    expect(seen).toEqual([]);
  });

  it('is not ready while the schema is there but its doors are still closed', async () => {
    const { agent } = build(false, true);

    const response = await agent.get('/readyz');

    expect([response.status, response.body.status]).toEqual([503, 'starting']);
  });
});
