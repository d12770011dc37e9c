// The longest values a user may have, in characters: those of the columns. Pure; called by user-mapping.ts.
import { AppError } from '../errors';
import { fold } from '../domain/user';
import type { Container, Element } from './resource';

const rootLimits: Readonly<Record<string, number>> = { userName: 255, externalId: 255, displayName: 255, title: 255 };
const elementLimits: Readonly<Record<string, number>> = { type: 64, display: 255, value: 1024 };
const short = 255;
const long = 1024;
/** Attributes and elements together, and bytes of the whole: what grows by PATCH can still be read and changed. */
const maxParts = 1000;
const maxBytes = 1_048_576;

/** @throws body.value for a missing userName, or a value (or its folded form) that is too long; body.too_large for too many */
export function checkLimits(resource: Container): void {
  if (typeof resource['userName'] !== 'string' || resource['userName'].trimEnd() === '') {
    throw new AppError('body.value', { reason: '"userName" is required.' });
  }
  checkSize(resource);
  for (const [name, held] of Object.entries(resource)) {
    if (typeof held === 'string') check(name, held, rootLimits[name] ?? long, name === 'userName');
    else if (Array.isArray(held)) for (const element of held as Element[]) checkElement(name, element);
    else if (typeof held === 'object') checkNested(name, held as Container);
  }
}

function checkSize(resource: Container): void {
  const parts = Object.values(resource).map((held) => (typeof held === 'object' ? 1 + Object.keys(held).length : 1));
  if (parts.reduce((sum, it) => sum + it, 0) > maxParts) {
    throw new AppError('body.too_large', { limit: '1,000 values for one user' });
  }
  if (Buffer.byteLength(JSON.stringify(resource)) > maxBytes) {
    throw new AppError('body.too_large', { limit: '1 MiB for one user' });
  }
}

function checkElement(attribute: string, element: Element): void {
  for (const [sub, held] of Object.entries(element)) {
    if (typeof held !== 'string') continue;
    const isMail = attribute === 'emails' && sub === 'value';
    const isCountry = attribute === 'addresses' && sub === 'country';
    const most = isMail ? 320 : isCountry ? 64 : (elementLimits[sub] ?? long);
    check(`${attribute}.${sub}`, held, most, isMail || sub === 'type');
  }
}

/** `name` and the extensions; a manager is a reference of at most 255 characters. */
function checkNested(name: string, held: Container): void {
  const isKnown = name === 'name' || /:enterprise:2\.0:User$/i.test(name);
  for (const [sub, value] of Object.entries(held)) {
    if (typeof value === 'string') check(sub, value, isKnown ? short : long, false);
    else if (typeof value === 'object') checkNested('name', value as Container);
  }
}

function check(name: string, text: string, most: number, isKey: boolean): void {
  if (longer(text, most) || (isKey && longer(fold(text), most))) {
    throw new AppError('body.value', { reason: `"${name}" is at most ${most} characters long.` });
  }
}

function longer(text: string, most: number): boolean {
  return text.length > most && Array.from(text).length > most;
}
