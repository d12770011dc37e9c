// The one rule of what is a mail address. Called wherever an address is taken (forms, recipients), planned for and handed over,
// so that nothing is stored that the mailer would refuse.

const atomText = "[\\p{L}\\p{M}\\p{N}!#$%&'*+/=?^_`{|}~-]+";
const localPart = new RegExp(`^${atomText}(\\.${atomText})*$`, 'u');
const domainLabel = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/i;

/** The two parts of an address; `domain` in its ASCII form. */
export interface AddressParts {
  readonly local: string;
  readonly domain: string;
}

/**
 * Whether a text is exactly one plain address, such as `ada@example.com`: no name, list, group, comment, quoted local part or
 * IP literal; at most 320 characters. Letters beyond ASCII may stand on both sides (RFC 6531, RFC 5890).
 * Source: RFC 5321 4.1.2 (dot-string), 4.5.3.1 (64 and 255 octets).
 */
export function isAddress(text: string): boolean {
  return addressParts(text) !== undefined;
}

/** The parts of a text that is one plain address; undefined for any other. */
export function addressParts(text: string): AddressParts | undefined {
  if (text.length > 320) return undefined;
  const at = text.lastIndexOf('@');
  const local = text.slice(0, Math.max(at, 0));
  if (new TextEncoder().encode(local).length > 64 || !localPart.test(local)) return undefined;
  const domain = toAsciiDomain(text.slice(at + 1));
  return domain === undefined ? undefined : { local, domain };
}

function toAsciiDomain(domain: string): string | undefined {
  if (domain.length > 255 || /[\s%[\]\\/:?#@<>,;"()]/.test(domain) || /[\p{Cc}\p{Cf}]/u.test(domain)) return undefined;
  const url = `http://${domain}`;
  if (!URL.canParse(url)) return undefined;
  const ascii = new URL(url).hostname;
  const isNumeric = /^[\d.]+$/.test(ascii);
  return ascii.length <= 255 && !isNumeric && ascii.split('.').every((label) => domainLabel.test(label))
    ? ascii
    : undefined;
}
