// The text part of a mail as mail programs like it: 72 columns, links whole and on lines of their own. Called by mails.ts.

const columns = 72;

/**
 * Wraps long lines at blanks and folds runs of empty lines into one. A word longer than a line is cut, a link never.
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
  if (line === '-- ') return [line];
  const indent = /^[✓○] /u.test(line) ? '  ' : '';
  const lines: string[] = [];
  let current = '';
  for (const word of line.split(' ').filter(Boolean).flatMap(cut)) {
    const start = lines.length > 0 ? indent : '';
    if (current === '') current = start + word;
    else if (width(current) + 1 + width(word) <= columns) current += ` ${word}`;
    else {
      lines.push(current);
      current = indent + word;
    }
  }
  return [...lines, current];
}

function cut(word: string): string[] {
  if (/^https?:\/\//.test(word) || width(word) <= columns - 2) return [word];
  const characters = Array.from(word);
  const pieces: string[] = [];
  for (let i = 0; i < characters.length; i += columns - 2) pieces.push(characters.slice(i, i + columns - 2).join(''));
  return pieces;
}

function width(text: string): number {
  return Array.from(text).length;
}
