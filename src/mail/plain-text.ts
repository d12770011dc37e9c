// The text part of a mail as mail programs like it: 72 columns, links and commands whole and on lines of their own. Called by mails.ts.

const columns = 72;

/**
 * Wraps long lines at blanks and folds runs of empty lines into one. A word longer than a line is cut, a link never; a command
 * to be copied stays on its line.
 * The continuation of a line that begins with a mark (✓ or ○) is indented under its text.
 */
export function toPlainText(text: string): string {
  const lines = text.replaceAll('\r', '').split('\n').flatMap(wrapLine);
  return `${lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()}\n`;
}

function wrapLine(line: string): string[] {
  // UTF-16 units are never fewer than characters, so most lines need no closer look.
  if (line.length <= columns || line.startsWith('npm run ')) return [line === '-- ' ? line : line.trimEnd()];
  const indent = /^[✓○] /u.test(line) ? '  ' : '';
  const lines: string[] = [];
  let current = '';
  let used = 0;
  for (const word of wordsOf(line)) {
    const needed = width(word);
    if (current !== '' && used + 1 + needed > columns) {
      lines.push(current);
      current = '';
    }
    const before = current === '' ? (lines.length > 0 ? indent : '') : `${current} `;
    used = (current === '' ? before.length : used + 1) + needed;
    current = before + word;
  }
  return [...lines, current];
}

function wordsOf(line: string): string[] {
  const words = line.split(' ').filter((word) => word !== '');
  return words.some((word) => word.length > columns - 2) ? words.flatMap(cut) : words;
}

function cut(word: string): string[] {
  if (word.length <= columns - 2 || /^https?:\/\//.test(word)) return [word];
  const characters = Array.from(word);
  const pieces: string[] = [];
  for (let i = 0; i < characters.length; i += columns - 2) pieces.push(characters.slice(i, i + columns - 2).join(''));
  return pieces;
}

function width(text: string): number {
  return /[\ud800-\udfff]/.test(text) ? Array.from(text).length : text.length;
}
