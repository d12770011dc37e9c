// The composer of mails about alerts: the figures of the moment the mail leaves, in the words of its organization.
import { createAlertComposer } from '../../src/activities/alert-mail';
import { newId } from '../../src/ids';
import { createMails } from '../../src/mail/mails';
import { inPackage } from '../../src/root';
import { raiseAlert } from '../../src/service/alert-step';
import { createAlerts } from '../../src/service/alerts';
import type { ClaimedMail } from '../../src/service/mail-claim';
import { addAdmin } from '../support/alerts';
import { testClock } from '../support/builders';
import { useDatabase } from '../support/database';

describe('the composer of alerts', () => {
  const db = useDatabase({ seats: 7 });
  const clock = testClock();
  const compose = (mail: Partial<ClaimedMail>, organizationId = db.organizationId) => {
    const alerts = createAlerts({ database: db.database, clock, newId });
    const folders = {
      folder: inPackage('templates', 'mail'),
      partialsFolder: inPackage('templates', 'partials'),
    };
    return createAlertComposer({ alerts, texts: createMails(folders) })(organizationId, mail as ClaimedMail);
  };

  it('says the figures of now, not those of the beginning, and names the organization in its commands', async () => {
    await addAdmin(db, 'one');
    await db.sql.query(`UPDATE organizations SET slug = 'acme' WHERE organization_id = ?`, [db.organizationId]);
    const kept = { code: 'APP', name: 'App', seats: 1, assigned: 1, waiting: 9 };
    await db.database.inTransaction(db.organizationId, (stores) =>
      raiseAlert(stores, { newId, kind: 'pool_full', subjectId: db.poolId, detail: () => kept, at: clock.now() }),
    );
    const [[mail]] = (await db.sql.query('SELECT subject_id FROM mails')) as unknown as [{ subject_id: string }[]];

    const { content, fromName } = await compose({ subjectId: mail!.subject_id });

    expect(fromName).toBe('My organization');
    expect(content.text).toContain('Seats: 7\n');
    expect(content.text).toContain('npm run -s uptake -- pool list --organization acme\n');
  });

  it('composes nothing about no alert, or one of another organization', async () => {
    await db.database.inTransaction(db.secondOrganizationId, (stores) =>
      raiseAlert(stores, {
        newId,
        kind: 'mail_unknown',
        subjectId: db.poolId,
        detail: () => ({}),
        at: clock.now(),
      }),
    );
    const [[alert]] = (await db.sql.query('SELECT id FROM alerts')) as unknown as [{ id: string }[]];

    const attempts = [compose({ subjectId: null }), compose({ subjectId: alert!.id })];

    for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: 'bug' });
  });
});
