// Codes that people type: drawn from 32 letters that are not mixed up, read back whatever way they were typed. Pure but
// for the dice. Called by service/setup and service/second-factor.
import { createHash, randomInt } from 'node:crypto';

// Source: Crockford's Base32, without I, L, O and U.
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A random code of `length` letters (5 bits each) in groups. @example newCode(10, 5) like '7K3M9-QX2AB' */
export function newCode(length: number, group: number): string {
  const letters = Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
  return (letters.match(new RegExp(`.{1,${group}}`, 'g')) ?? []).join('-');
}

/** A typed code as it was drawn: upper case, without blanks and dashes, O as 0, I and L as 1. */
export function readCode(typed: string): string {
  return typed.normalize('NFKC').toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}

/** What is kept of a code: SHA-256, 64 hex characters. */
export function digestOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
