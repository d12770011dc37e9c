// Which of the locales and time zones that a directory sends are real. Pure; called by user-mapping.ts.

/** A BCP 47 tag of language, script and region in its canonical spelling; null for anything else. */
export function knownLocale(sent: string | null): string | null {
  const tag = sent?.replaceAll('_', '-') ?? '';
  if (!/^[a-z]{2,3}(-[a-z]{4})?(-([a-z]{2}|\d{3}))?$/i.test(tag)) return null;
  return Intl.getCanonicalLocales(tag)[0] ?? null;
}

/** An IANA zone in the spelling that was sent; null for anything else. */
export function knownZone(sent: string | null): string | null {
  if (sent === null || !/^[A-Za-z][\w+/-]{1,63}$/.test(sent)) return null;
  try {
    Intl.DateTimeFormat('en', { timeZone: sent });
    return sent;
  } catch {
    return null;
  }
}
