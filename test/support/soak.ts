// How much a suite does: a short form under npm test, the whole under npm run soak, which names the counts. Called by suites
// with a long form.

/** The count of this name that npm run soak was given, else the short one. @param name `kills`, `bodies`, … */
export function soakCount(name: string, short: number): number {
  const given = Number(process.env[`SOAK_${name.toUpperCase()}`]);
  return Number.isInteger(given) && given > 0 ? given : short;
}
