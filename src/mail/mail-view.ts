// Facts of a mail as its templates print them: greeting, steps, links, sizes. Pure; called by mails.ts.
import { cleanLine } from './address';

/** Which of the three steps of the onboarding a person has taken. */
export interface StepsDone {
  readonly activatedLicense: boolean;
  readonly completedAppSetup: boolean;
  readonly addedData: boolean;
}

/** One step as a row: exactly one of the three flags is true. */
export interface StepView {
  readonly isDone: boolean;
  readonly isNext: boolean;
  readonly isLater: boolean;
  readonly mark: string;
  readonly word: string;
}

/** The three steps; the first open one is next. */
export function toSteps(done: StepsDone): Record<keyof StepsDone, StepView> {
  const order = ['activatedLicense', 'completedAppSetup', 'addedData'] as const;
  const next = order.find((step) => !done[step]);
  const view = (step: keyof StepsDone): StepView => ({
    isDone: done[step],
    isNext: step === next,
    isLater: !done[step] && step !== next,
    mark: done[step] ? '✓' : '○',
    word: done[step] ? 'Done' : step === next ? 'Next' : 'Later',
  });
  return {
    activatedLicense: view('activatedLicense'),
    completedAppSetup: view('completedAppSetup'),
    addedData: view('addedData'),
  };
}

/**
 * A greeting by first name. What mail programs would turn into a link is no name: whoever may edit a directory entry could
 * otherwise put a link of their own into a mail of the organization.
 * @example toGreeting('Ada') === 'Hello Ada,'
 */
export function toGreeting(firstName: string): string {
  const name = cleanLine(firstName, 40);
  const isLinkable = /[:/\\@]|\p{L}\.\p{L}{2,}/u.test(name);
  return name === '' || isLinkable ? 'Hello,' : `Hello ${name},`;
}

/** First letter or digit of a name, upper case; a dot in the middle when it has none. */
export function toMonogram(name: string): string {
  return /[\p{L}\p{N}]/u.exec(name)?.[0].toUpperCase() ?? '·';
}

/** A link that may stand in a mail: http and https alone. Anything else is as if it were not set. */
export function safeLink(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const { protocol, href } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? href : undefined;
}

/** A name inside a subject, where exclamation marks look like advertising to filters and people. */
export function subjectName(name: string): string {
  return cleanLine(name.replaceAll('!', ''), 120);
}

/** A verb as it is typed; the first organization needs no name. @example toCommand('alert list', 'main') === 'npm run -s uptake -- alert list' */
export function toCommand(verb: string, slug: string): string {
  const organization = slug === 'main' ? '' : ` --organization ${slug}`;
  return cleanLine(`npm run -s uptake -- ${verb}${organization}`, 300);
}

/** @example formatSize(1_234_567) === '1.2 MB' */
export function formatSize(sizeBytes: number): string {
  if (sizeBytes < 1000) return `${sizeBytes} bytes`;
  const [value, unit] = sizeBytes < 1_000_000 ? [sizeBytes / 1000, 'kB'] : [sizeBytes / 1_000_000, 'MB'];
  return `${value < 10 ? Math.round(value * 10) / 10 : Math.round(value)} ${unit}`;
}
