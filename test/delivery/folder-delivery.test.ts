import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderDelivery } from '../../src/delivery/folder-delivery';
import { aFile } from './samples';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uptake-delivery-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the folder as a destination', () => {
  it('has what lies there whole', async () => {
    const file = await aFile(folder, 'a.csv', Buffer.from('two'));

    expect(await createFolderDelivery().deliver([file])).toEqual({ kind: 'delivered' });
  });

  it('is not called delivered when a file is gone', async () => {
    const file = await aFile(folder, 'a.csv', Buffer.from('two'));
    await rm(file.path);

    expect(await createFolderDelivery().deliver([file])).toEqual({ kind: 'failed', reason: 'file_missing' });
  });

  it('is not called delivered when there was nothing to deliver', async () => {
    expect(await createFolderDelivery().deliver([])).toEqual({ kind: 'failed', reason: 'no_files' });
  });
});
