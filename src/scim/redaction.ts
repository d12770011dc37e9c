// What must never be kept or repeated of a request: values under names of secrets, in any spelling and at any depth; our own
// tokens and signed assertions wherever they stand. Pure; called for each row of the request log and each error answer.

/** Stands where a secret stood. */
export const hidden = '[redacted]';

const words = String.raw`pass(?:word|wd|phrase|code)|pwd|secret(?!ar)|token|assertion|authori[sz]ation|credential|api[-_]?key`;
const secretName = new RegExp(words, 'i');
/** In lower case: anything the look of which may be a secret, assertions aside. One look at what most texts do not have. */
const suspect = new RegExp(`${words}|upt_|bearer |basic |digest `);
const quotedText = /"(?:[^"\\]|\\.)*"?/g;
const operators = 'eq|ne|co|sw|ew|gt|ge|lt|le';
const grammar = new RegExp(String.raw`^(?:${operators}|pr|and|or|not|value|type|primary|display)$`, 'i');
/** A name that says nothing but what it names. */
const plainName = /^(?:urn:[\w.:-]{1,120}:)?[a-z$_][\w$-]{0,60}$/i;

/** Our tokens, whatever they are for. */
const ownToken = /upt_[\w-]+/gi;
/** Runs of the alphabet of signed tokens, joined by dots; long runs without a dot are looked at once. */
const dotted = /(?<![\w-])([\w-]{10,})(?:\.[\w-]*){1,4}/g;
/** A header's proof, not our own words about it. */
const scheme = /(bearer|basic|digest) +(?=[\w.~+/=-]{0,64}\d|[\w.~+/=-]{16})[\w.~+/=-]{4,}/gi;
const name = String.raw`(?:${words})[\w.-]{0,40}`;
const assigned = new RegExp(
  String.raw`(${name}(?:\\{0,8}["'])?\s{0,8}[:=]\s{0,8})(\\{0,8}"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s&;,"'}\]]+)`,
  'gi',
);
const compared = new RegExp(
  String.raw`(${name}\]?\s{1,8}(?:${operators})\s{0,8})("(?:[^"\\]|\\.)*"?|[^\s()[\]]+)`,
  'gi',
);

/** What a request shows as its proof: secret whatever it looks like. Short texts would be found in every word. */
export function presentedSecrets({
  headers,
}: {
  readonly headers: { readonly authorization?: string | undefined };
}): string[] {
  const [, proof = ''] = /^\S+ +(\S+)/.exec(headers.authorization ?? '') ?? [];
  return proof.length >= 8 ? [proof] : [];
}

/** Whether a name, or a filter or path outside of its literals, names a secret. */
export function namesSecret(text: string): boolean {
  return secretName.test(text.includes('"') ? text.replace(quotedText, '""') : text);
}

/**
 * A text without tokens, assertions and what stands beside the name of a secret.
 * @param known texts that are secret whatever they look like, such as the token of the request itself
 */
export function redactText(text: string, known: readonly string[] = []): string {
  if (!isSuspect(text, known)) return text;
  let clean = text;
  for (const secret of known) clean = clean.replaceAll(secret, hidden);
  clean = clean.replace(ownToken, hidden).replace(dotted, (run, head: string) => (holdsJson(head) ? hidden : run));
  clean = clean.replace(scheme, `$1 ${hidden}`);
  if (!secretName.test(clean)) return clean;
  return clean.replace(assigned, `$1${hidden}`).replace(compared, `$1${hidden}`);
}

/**
 * Whether a text, JSON or not, has anything to take out: cheap, and true more often than it must be.
 * @param known as of redactText
 */
export function isSuspect(text: string, known: readonly string[] = []): boolean {
  if (suspect.test(text.toLowerCase()) || known.some((secret) => text.includes(secret))) return true;
  for (const [, head = ''] of text.matchAll(dotted)) if (holdsJson(head)) return true;
  return false;
}

/** Whether a JSON object begins somewhere in base64url, as the header of an assertion is one. */
function holdsJson(head: string): boolean {
  const starts = [...head.matchAll(/e[yw]/g)].map(({ index }) => head.slice(index, index + 24));
  return starts.some((start) => /^\{\s*"/.test(Buffer.from(start, 'base64url').toString('latin1')));
}

/** A filter or path: once it names a secret nothing stays of it but operators, brackets and that name. */
export function redactExpression(text: string, known: readonly string[] = []): string {
  const clean = redactText(text, known);
  if (!namesSecret(clean)) return clean;
  return clean.replaceAll(/\[redacted\]|"(?:[^"\\]|\\.)*"?|[^\s()[\]"]+/g, redactWord);
}

function redactWord(word: string): string {
  if (word === hidden || word.startsWith('"')) return hidden;
  if (grammar.test(word)) return word;
  const parts = word.startsWith('urn:') ? [word] : word.split('.');
  return parts.map((part, at) => (isNameOfSecret(part) || (at > 0 && grammar.test(part)) ? part : hidden)).join('.');
}

function isNameOfSecret(text: string): boolean {
  return plainName.test(text) && secretName.test(text);
}

const pairNames: ReadonlySet<string> = new Set(['path', 'name', 'type', 'key', 'attribute']);
const expressions: ReadonlySet<string> = new Set(['path', 'filter']);

/** A JSON value without secrets: by the names of its members, by a path or type beside a value, and by the look of texts. */
export function redactValue(value: unknown, known: readonly string[] = []): unknown {
  if (typeof value === 'string') return redactText(value, known);
  if (Array.isArray(value)) return value.map((it) => redactValue(it, known));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value);
  const isSecret = members.some(
    ([key, held]) => typeof held === 'string' && pairNames.has(key.toLowerCase()) && namesSecret(held),
  );
  return Object.fromEntries(members.map(([key, held]) => redactMember(key, held, isSecret, known)));
}

function redactMember(key: string, held: unknown, isSecret: boolean, known: readonly string[]): [string, unknown] {
  const lower = key.toLowerCase();
  const isBeside = isSecret && lower !== 'op' && lower !== 'method' && !pairNames.has(lower);
  if (isBeside || namesSecret(key)) return [redactExpression(key, known), hidden];
  const clean = redactText(key, known);
  if (expressions.has(lower) && typeof held === 'string') return [clean, redactExpression(held, known)];
  return [clean, redactValue(held, known)];
}

/** A raw query string: what holds no secret stays as it was sent. */
export function redactQuery(query: string, known: readonly string[] = []): string {
  if (!isSuspect(plain(query), known)) return query;
  return query
    .split('&')
    .map((part) => {
      const equal = part.indexOf('=');
      const key = plain(equal < 0 ? part : part.slice(0, equal));
      const value = equal < 0 ? '' : plain(part.slice(equal + 1));
      const isSecret = namesSecret(key);
      const cleanKey = redactExpression(key, known);
      const redact = /^(filter|path)$/i.test(key) ? redactExpression : redactText;
      const cleanValue = isSecret && equal >= 0 ? hidden : redact(value, known);
      if (cleanKey === key && cleanValue === value) return part;
      return encoded(cleanKey) + (equal < 0 ? '' : `=${encoded(cleanValue)}`);
    })
    .join('&');
}

/** The path of a URL: what holds no secret stays as it was sent. */
export function redactPath(path: string, known: readonly string[] = []): string {
  if (!isSuspect(plain(path), known)) return path;
  const segments = path.split('/').map((segment) => {
    const text = plain(segment);
    const equal = text.indexOf('=');
    const isPair = equal >= 0 && namesSecret(text.slice(0, equal));
    const clean = redactText(isPair ? `${text.slice(0, equal)}=${hidden}` : text, known);
    return clean === text ? segment : encoded(clean);
  });
  return segments.join('/');
}

function encoded(text: string): string {
  return encodeURIComponent(text).replaceAll(encodeURIComponent(hidden), hidden);
}

/** A text of a URL as it was meant, however often it was encoded; byte by byte where it is no UTF-8. */
function plain(text: string): string {
  let meant = text.replaceAll('+', ' ');
  for (let turn = 0; turn < 3 && /%[0-9a-f]{2}/i.test(meant); turn += 1) meant = decoded(meant);
  return meant;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text.replaceAll(/%([0-9a-f]{2})/gi, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16)));
  }
}
