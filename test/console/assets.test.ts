// Assets: named by their digest, compressed when asked, whole and well-formed.
import express from 'express';
import request from 'supertest';
import { createAssets } from '../../src/console/assets';
import { inPackage } from '../../src/root';

const assets = createAssets(inPackage('templates', 'assets'));
const app = express().get('/assets/:file', assets.serve);

describe('assets', () => {
  test.each(['console.css', 'console.js', 'icons.svg', 'mark.svg'])(
    'serve %s plain and compressed alike',
    async (name) => {
      const plain = await request(app).get(assets.url(name)).set('Accept-Encoding', 'identity').buffer(true);
      const zipped = await request(app).get(assets.url(name)).set('Accept-Encoding', 'gzip').buffer(true);

      expect(plain.headers['content-encoding']).toBeUndefined();
      expect(zipped.headers['content-encoding']).toBe('gzip');
      expect(zipped.text ?? String(zipped.body)).toBe(plain.text ?? String(plain.body));
      expect(zipped.headers['vary']).toBe('Accept-Encoding');
    },
  );

  test('are unknown under any other name', async () => {
    const answers = await Promise.all(
      ['console.css', '..%2f..%2fpackage.json', 'console.0000000000000000.css', '__proto__'].map((name) =>
        request(app).get(`/assets/${name}`),
      ),
    );

    for (const answer of answers) expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(() => assets.url('nothing.css')).toThrow(expect.objectContaining({ code: 'template.failed' }));
  });

  test('hold every icon that a template names', async () => {
    const sprite = await request(app).get(assets.url('icons.svg')).set('Accept-Encoding', 'identity').buffer(true);
    const icons = [...String(sprite.body).matchAll(/<symbol id="([\w-]+)"/g)].map(([, id]) => id);

    expect(icons).toEqual(['overview', 'profile', 'sign-out', 'menu', 'alert', 'copy']);
  });
});
