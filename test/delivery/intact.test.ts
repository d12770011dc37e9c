import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findDamage } from '../../src/delivery/intact';
import { aFile } from './samples';

let folder = '';

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'uptake-delivery-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('finished files', () => {
  it('are whole as long as their bytes are those recorded', async () => {
    const files = [await aFile(folder, 'a.xlsx', Buffer.from('one')), await aFile(folder, 'a.csv', Buffer.from('two'))];

    expect(await findDamage(files)).toBeUndefined();
  });

  it('are told from changed ones, of the same length too', async () => {
    const file = await aFile(folder, 'a.csv', Buffer.from('two'));

    await writeFile(file.path, 'owt');

    expect(await findDamage([file])).toBe('file_changed');
  });

  it('are told from lost ones', async () => {
    const file = await aFile(folder, 'a.csv', Buffer.from('two'));

    await rm(file.path);

    expect(await findDamage([file])).toBe('file_missing');
  });
});
