// Every mail Uptake sends, one typed function each: facts in, subject, text and html out. Called by
// activities. Words live in templates/mail; this file decides which facts a template sees.
import { cleanLine } from './address';
import { createMailEngine, type MailTemplates } from './mail-engine';
import { formatSize, safeLink, subjectName, toGreeting, toMonogram, toSteps, type StepsDone } from './mail-view';
import { toPlainText } from './plain-text';

/** A finished mail. */
export interface RenderedMail {
  /** At most 60 characters, one line. */
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What every mail knows. */
export interface MailModel {
  /** BCP 47. */
  readonly locale: string;
  readonly organizationName: string;
  readonly productName: string;
  /** Address of the admin team; without one the line is left out. */
  readonly contact?: string;
}

/** What a mail to a licensed person knows. */
export interface PersonModel extends MailModel {
  /** May be empty: the greeting then has no name. */
  readonly firstName: string;
  readonly steps: StepsDone;
  /** Where the app is set up; unset: no button. */
  readonly setupUrl?: string;
  /** The guide for the first steps in the app; unset: no button. */
  readonly quickStartUrl?: string;
}

/** A reminder also says how it ends. */
export interface ReminderModel extends PersonModel {
  readonly optOutUrl: string;
}

/** A file of a run; one that is too large for a mail is not attached. */
export interface MailedFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
  readonly isAttached: boolean;
}

/** A report that is attached. */
export interface ReportModel extends MailModel {
  readonly reportName: string;
  readonly asOf: Date;
  readonly timeZone: string;
  readonly rows: number;
  readonly files: readonly MailedFile[];
}

/** The stages that have a reminder. */
export type ReminderStage = 'activation' | 'app_setup' | 'usage' | 'extension' | 'autofill';

/** All mails. Each function @throws AppError `template.failed` when a template finds a fact missing. */
export interface Mails {
  /** The first mail: a license was assigned. No reminder. */
  invitation(model: PersonModel): RenderedMail;
  activationReminder(model: ReminderModel): RenderedMail;
  appSetupReminder(model: ReminderModel): RenderedMail;
  usageReminder(model: ReminderModel): RenderedMail;
  extensionReminder(model: ReminderModel): RenderedMail;
  autofillReminder(model: ReminderModel): RenderedMail;
  /** The reminder of a stage by its code. */
  reminder(stage: ReminderStage, model: ReminderModel): RenderedMail;
  reportDelivered(model: ReportModel): RenderedMail;
}

/** Compiles the templates; @throws AppError `template.failed` when one does not compile. */
export function createMails(templates: MailTemplates): Mails {
  const engine = createMailEngine(templates);
  const render = (name: string, model: object & { subjectNames: SubjectNames }): RenderedMail => {
    const subject = fitSubject(model.subjectNames, (names) => engine.render(`${name}/subject`, { ...model, ...names }));
    return {
      subject,
      text: toPlainText(engine.render(`${name}/text`, model)),
      html: engine.render(`${name}/html`, { ...model, subject }),
    };
  };
  const toSetup = (name: string) => (model: ReminderModel) => render(name, reminderView(model, model.setupUrl));
  const toGuide = (name: string) => (model: ReminderModel) => render(name, reminderView(model, model.quickStartUrl));
  const reminders: Record<ReminderStage, (model: ReminderModel) => RenderedMail> = {
    activation: toSetup('reminder-activation'),
    app_setup: toSetup('reminder-app-setup'),
    usage: toGuide('reminder-usage'),
    extension: toGuide('reminder-extension'),
    autofill: toGuide('reminder-autofill'),
  };
  return {
    invitation: (model) => render('invitation', personView(model, model.setupUrl)),
    activationReminder: reminders.activation,
    appSetupReminder: reminders.app_setup,
    usageReminder: reminders.usage,
    extensionReminder: reminders.extension,
    autofillReminder: reminders.autofill,
    reminder: (stage, model) => reminders[stage](model),
    reportDelivered: (model) => render('report-delivered', reportView(model)),
  };
}

interface SubjectNames {
  readonly product: string;
  readonly organization: string;
}

function baseView(model: MailModel) {
  const [organization, product] = [cleanLine(model.organizationName, 120), cleanLine(model.productName, 60)];
  return {
    locale: model.locale,
    organization,
    product,
    subjectNames: { organization: subjectName(organization), product: subjectName(product) },
    monogram: toMonogram(organization),
    hasContact: model.contact !== undefined,
    contact: cleanLine(model.contact ?? '', 320),
    hasOptOut: false,
    optOutUrl: '',
    isReport: false,
    hasButton: false,
    buttonUrl: '',
  };
}

function personView(model: PersonModel, buttonUrl: string | undefined) {
  const link = safeLink(buttonUrl);
  return {
    ...baseView(model),
    greeting: toGreeting(model.firstName),
    steps: toSteps(model.steps),
    hasButton: link !== undefined,
    buttonUrl: link ?? '',
  };
}

function reminderView(model: ReminderModel, buttonUrl: string | undefined) {
  return { ...personView(model, buttonUrl), hasOptOut: true, optOutUrl: model.optOutUrl };
}

function reportView(model: ReportModel) {
  const { asOf, timeZone, rows } = model;
  const files = model.files.map(({ name, sizeBytes, sha256, isAttached }) => ({
    name,
    sha256,
    isAttached,
    size: formatSize(sizeBytes),
  }));
  return { ...baseView(model), isReport: true, report: cleanLine(model.reportName, 80), asOf, timeZone, rows, files };
}

/** Shortens the longer of the two names until the subject has 60 characters. */
function fitSubject(names: SubjectNames, render: (names: SubjectNames) => string): string {
  let { product, organization } = names;
  for (;;) {
    const subject = cleanLine(render({ product, organization }), 255);
    const excess = Array.from(subject).length - 60;
    if (excess <= 0 || (product.length <= 8 && organization.length <= 8)) return cleanLine(subject, 60);
    if (organization.length >= product.length)
      organization = cleanLine(organization, Array.from(organization).length - 1);
    else product = cleanLine(product, Array.from(product).length - 1);
  }
}
