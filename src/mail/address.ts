// The one check of mail addresses and of the names beside them. Called by mail/compose and by whoever makes a Mailbox.
import { domainToASCII } from 'node:url';
import { AppError } from '../errors';
import type { Mailbox } from './outgoing';

const atomText = "[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+";
const localPart = new RegExp(`^${atomText}(\\.${atomText})*$`, 'u');
const domainLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** Controls, line and paragraph separators, BOM, non-characters and the marks that turn the direction of text. */
const unwanted = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]/gu;

/**
 * Whether a text is exactly one plain address, such as `ada@example.com`: no name, list, group, comment, quoted local part or
 * IP literal; at most 320 characters. Letters beyond ASCII may stand on both sides (RFC 6531, RFC 5890).
 * Source: RFC 5321 4.1.2 (dot-string), 4.5.3.1 (64 and 255 octets).
 */
export function isAddress(text: string): boolean {
  return text.length <= 320 && parts(text) !== undefined;
}

/**
 * A recipient or sender. The domain goes out in its ASCII form; the name loses controls, line ends and direction marks.
 * @throws AppError `input.invalid` when the address is none
 */
export function toMailbox(name: string, address: string): Mailbox {
  const found = address.length <= 320 ? parts(address) : undefined;
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

function parts(text: string): { local: string; domain: string } | undefined {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  if (Buffer.byteLength(local) > 64 || !localPart.test(local)) return undefined;
  const domain = toAsciiDomain(text.slice(at + 1));
  return domain === undefined ? undefined : { local, domain };
}

function toAsciiDomain(domain: string): string | undefined {
  if (domain.length > 255 || /[\s%[\]\\/:?#@<>,;"()]/.test(domain) || /[\p{Cc}\p{Cf}]/u.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  const isNumeric = /^[\d.]+$/.test(ascii);
  return ascii.length > 0 &&
    ascii.length <= 255 &&
    !isNumeric &&
    ascii.split('.').every((label) => domainLabel.test(label))
    ? ascii
    : undefined;
}
