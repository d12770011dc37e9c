// Mailboxes: a checked address and a name that cannot break a header. Called by mail/compose and by whoever makes a Mailbox.
import { addressParts } from '../domain/address';
import { AppError } from '../errors';
import type { Mailbox } from './outgoing';

/** Controls, line and paragraph separators, BOM, non-characters and the marks that turn the direction of text. */
const unwanted = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/gu;

/**
 * A recipient or sender. The domain goes out in its ASCII form; the name loses controls, line ends and direction marks.
 * @throws AppError `input.invalid` when the address is none
 */
export function toMailbox(name: string, address: string): Mailbox {
  const found = addressParts(address);
  if (!found) throw new AppError('input.invalid', { reason: 'This is not one plain mail address.' });
  return { name: cleanLine(name, 255), address: `${found.local}@${found.domain}` };
}

/**
 * Text for one header or one line: controls and direction marks gone, blanks folded, cut at `length` characters.
 * @example cleanLine('Ada\r\nBcc: x', 255) === 'Ada Bcc: x'
 */
export function cleanLine(text: string, length: number): string {
  // Most names are plain words; the Unicode classes below cost ten times as much.
  if (text.length <= length && /^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(text)) return text;
  const line = text
    .replace(/[\t\r\n\u0085\u2028\u2029]/g, ' ')
    .replace(unwanted, '')
    .replace(/ +/g, ' ')
    .trim();
  const characters = Array.from(line);
  return characters.length <= length
    ? line
    : `${characters
        .slice(0, length - 1)
        .join('')
        .trimEnd()}…`;
}
