// The PATCH rows of docs/scim.md, each in both dialects, through both doors, stored state compared, and sent a second time.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { useDatabase } from '../support/database';
import { doorNames, useDoors, type Answered, idOf } from './doors';

/** One row: what is there, what is sent, what must be there afterwards. */
interface PatchRow {
  readonly row: string;
  readonly says: string;
  readonly start?: object;
  readonly operations: readonly { readonly op: string }[];
  /** null stands for absent. */
  readonly after?: Readonly<Record<string, unknown>>;
  readonly warnings?: readonly string[];
  /** Status and scimType. */
  readonly refused?: readonly [number, string?];
}

const spellings = { default: (op: string) => op[0]?.toUpperCase() + op.slice(1), optscim: (op: string) => op } as const;
const dialects = ['default', 'optscim'] as const;

describe('PATCH as Entra sends it', () => {
  const db = useDatabase();
  const doors = useDoors(db);
  const title = ({ row, says }: PatchRow): string => `${row}: ${says}`;
  const corpus = join(__dirname, '..', 'corpus', 'scim-patch-rows.json');
  const rows = (JSON.parse(readFileSync(corpus, 'utf8')) as PatchRow[]).map((row) => [title(row), row] as const);

  describe.each(doorNames)('through the %s door', (door) => {
    describe.each(dialects)('in the %s dialect', (dialect) => {
      const send = (id: string, row: PatchRow): Promise<Answered> => {
        const Operations = row.operations.map((it) => ({
          ...it,
          op: spellings[dialect](it.op),
        }));
        const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations };
        return doors.send(door, 'PATCH', `/Users/${id}?aadOptscim062020`, { body });
      };

      const start = async (row: PatchRow): Promise<Answered> => {
        const made = await doors.send(door, 'POST', '/Users', { body: { userName: 'u@example.com', ...row.start } });
        expect(made.status).toBe(201);
        return made;
      };

      it.each(rows.filter(([, row]) => row.refused === undefined))('%s', async (_, row) => {
        const id = idOf(await start(row));

        const first = await send(id, row);
        const second = await send(id, row);
        const read = await doors.send(door, 'GET', `/Users/${id}`);

        expect([first.status, first.text]).toEqual([200, expect.anything()]);
        expect(read.body).toEqual(first.body);
        expect(second.body).toEqual(first.body);
        const names = Object.keys(row.after ?? {});
        expect(Object.fromEntries(names.map((name) => [name, read.body[name] ?? null]))).toEqual(row.after ?? {});
        await doors.flush();
        const logged = doors.rows.filter((it) => it.method === 'PATCH' && it.subjectId === id);
        expect(logged[1]).toMatchObject({ decision: 'unchanged', statusCode: 200 });
        expect(logged[0]?.warnings).toEqual(row.warnings ?? logged[0]?.warnings);
      });

      it.each(rows.filter(([, row]) => row.refused !== undefined))('%s', async (_, row) => {
        const made = await start(row);
        const id = idOf(made);

        const answer = await send(id, row);
        const read = await doors.send(door, 'GET', `/Users/${id}`);

        expect([answer.status, answer.body['scimType']]).toEqual(row.refused);
        expect(read.body).toEqual(made.body);
      });
    });
  });
});
