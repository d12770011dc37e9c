// Which passwords are refused: too short or long, made of the most used words and sequences, or of our names. Pure.
// Source: NIST SP 800-63B 3.1.1.2 (length and a list of refused ones, no composition rules).

/** Fewest and most characters. */
export const passwordLength = { min: 15, max: 128 } as const;

const commonWords =
  `password passwort passw passwd pass kennwort secret geheim letmein welcome willkommen hello hallo login
admin administrator root user guest test testing demo sample default change changeme temp master superman batman monkey dragon
shadow sunshine princess football baseball basketball soccer hockey iloveyou love you lovely flower freedom whatever trustno
starwars computer internet server network office company business work january february march april may june july august
september october november december spring summer autumn winter monday tuesday wednesday thursday friday saturday sunday
michael jennifer jordan hunter ashley daniel thomas charlie andrew joshua matthew george maggie pepper ginger cheese cookie
summer orange purple yellow black white silver golden google apple microsoft windows facebook amazon samsung qwerty qwertz
azerty asdf asdfgh asdfghjkl qwertyuiop qwertzuiop zxcvbnm yxcvbnm zxcv qazwsx qaz wsx edc abc abcd abcde abcdef abcdefg
abcdefgh my is the new our and the this that one two three four five six seven eight nine zero uptake`.split(/\s+/);

const leet: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '3': 'e',
  '1': 'i',
  '!': 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
};

/**
 * Why a password is refused, as a sentence for the form; undefined = it is fine.
 * @param names the organization's and the product's name, which may not be all there is
 */
export function passwordFault(password: string, names: readonly string[]): string | undefined {
  const length = Array.from(password).length;
  if (length < passwordLength.min)
    return `The password needs at least ${passwordLength.min} characters; a sentence is fine.`;
  if (length > passwordLength.max) return `The password may have at most ${passwordLength.max} characters.`;
  if (new Set(password.toLowerCase()).size < 5) return 'The password repeats too few characters; take others as well.';
  const words = [...commonWords, ...names.flatMap((name) => [letters(name), ...name.split(/\s+/).map(letters)])];
  const known = new Set(words.filter((word) => word.length > 1));
  if (isSequence(password)) return 'The password is a sequence; take something that cannot be counted on.';
  const spellings = [letters(password), letters(withoutLeet(password))];
  if (spellings.some((spelling) => spelling !== '' && isMadeOf(spelling, known)))
    return 'The password is made of words that are tried first (common words, sequences, our names); take others as well.';
  return undefined;
}

/** Signs inside a word as the letters they stand for; at its ends they are only signs. */
function withoutLeet(text: string): string {
  return text.replaceAll(/(?<=\p{L})[@431!0$57]+(?=\p{L})/gu, (signs) =>
    Array.from(signs)
      .map((sign) => leet[sign])
      .join(''),
  );
}

function letters(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}]/gu, '');
}

/** Whether a text is mostly runs such as 1234, 4321 or aaaa. */
function isSequence(text: string): boolean {
  const codes = Array.from(text).map((sign) => sign.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, i) => code - (codes[i] ?? 0));
  const regular = steps.filter((step, i) => Math.abs(step) <= 1 && (step === steps[i - 1] || step === steps[i + 1]));
  return regular.length > steps.length * 0.7;
}

/** Whether a text falls apart into known words; digits and signs were taken out before and do not help. */
function isMadeOf(text: string, words: ReadonlySet<string>): boolean {
  const longest = Math.max(...[...words].map((word) => word.length));
  const reached = [true];
  for (let end = 1; end <= text.length; end += 1) {
    reached[end] = false;
    for (let start = Math.max(0, end - longest); start < end && !reached[end]; start += 1)
      reached[end] = reached[start] === true && words.has(text.slice(start, end));
  }
  return reached[text.length] === true;
}
