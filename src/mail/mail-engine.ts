// The template engine of mails: the one of view/, with the style rules written into the tags while it loads.
// Called by mails.ts when it is made, so no mail pays for it.
import { readFileSync } from 'node:fs';
import juice from 'juice';
import { createEngine, type Engine } from '../view/engine';

/** Where the mail templates and the shared partials lie. */
export interface MailTemplates {
  /** Holds NAME/{subject,text,html}.hbs, layout.hbs and mail.css. */
  readonly folder: string;
  readonly partialsFolder: string;
}

/** @throws AppError `template.failed` for a template that does not compile */
export function createMailEngine({ folder, partialsFolder }: MailTemplates): Engine {
  const css = readFileSync(`${folder}/mail.css`, 'utf8').replace(/,\s+/g, ', ');
  return createEngine({
    folder,
    partialsFolder,
    takesPartial: (name) => name.startsWith('mail-'),
    prepare: (source, name) =>
      name === 'layout'
        ? juice(source.replace('<style></style>', `<style>${css}</style>`))
        : juice.inlineContent(source, css),
  });
}
