// Composes the mail about an alert, with the figures of the moment it leaves. One of the composers of mail-activities.
import type { Mails as MailTexts } from '../mail/mails';
import { AppError } from '../errors';
import type { Alerts } from '../service/alerts';
import type { MailComposer } from './mail-activities';

interface Dependencies {
  readonly alerts: Pick<Alerts, 'read'>;
  /** Words, of the mail room. */
  readonly texts: Pick<MailTexts, 'alert'>;
}

/** The composer. */
export function createAlertComposer({ alerts, texts }: Dependencies): MailComposer {
  return async (organizationId, { subjectId }) => {
    if (subjectId === null) throw new AppError('bug', { what: 'a mail about no alert' });
    const { alert, organization } = await alerts.read(organizationId, subjectId);
    const { name: organizationName, productName, locale, timeZone, slug } = organization;
    const { openedAt, facts } = alert;
    const content = texts.alert({ organizationName, productName, locale, timeZone, slug, openedAt, facts });
    return { content, fromName: organizationName };
  };
}
