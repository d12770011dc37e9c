// A steady number from a text: the same person, stage and step always land at the same place. Called by reminder.ts.

/**
 * Maps a text evenly to [0, 1). Not for secrets.
 * Source: FNV-1a over UTF-16 units, then the finalizer of MurmurHash3, so that neighboring texts land far apart.
 */
export function fraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x100000000;
}
