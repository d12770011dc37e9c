// Which passwords are refused: by length and by what is tried first, never by kinds of characters.
import { passwordFault } from '../../src/service/password-rule';

const names = ['Contoso Deutschland GmbH', 'Enpass'];

describe('the password rule', () => {
  test.each([
    'correct horse battery staple',
    'a long sentence nobody guesses',
    'пароль который никто не знает',
    '合言葉は誰にも教えないでくださいね秘密',
    '83619 40275 19384 66',
    'zx!9#Kq2$Lm5&Vb8*Nw',
    '😀🦊🌵🚲🧊🪁🧩🎻🪴🧭🥁🪃🧵🛶🎯',
    'x'.repeat(10) + ' and so on for 128'.padEnd(118, 'yz abc'),
  ])('takes %s', (password) => {
    expect(passwordFault(password, names)).toBeUndefined();
  });

  test.each([
    ['short one', /at least 15/],
    ['a'.repeat(129), /at most 128/],
    ['aaaaaaaaaaaaaaaaaaaa', /repeats too few/],
    ['abababababababababab', /repeats too few/],
    ['12345678901234567890', /sequence/],
    ['abcdefghijklmnopqrst', /sequence/],
    ['passwordpassword1', /tried first/],
    ['P@ssw0rd-P@ssw0rd-2024!', /tried first/],
    ['Welcome-Summer-2026!!', /tried first/],
    ['qwertyuiopasdfghjkl', /tried first/],
    ['Contoso2026Contoso!', /tried first/],
    ['Enpass-Admin-123456', /tried first/],
    ['uptake-admin-password', /tried first/],
    ['iloveyouiloveyou<3', /tried first/],
  ])('refuses %s', (password, sentence) => {
    expect(passwordFault(password, names)).toMatch(sentence);
  });

  test('counts characters, not bytes or halves', () => {
    expect(passwordFault('🦊🌵🚲🧊🪁🧩🎻🪴🧭🥁🪃🧵🛶🎯', [])).toMatch(/at least 15/);
  });

  test('ends soon for the longest and worst', () => {
    const worst = 'passwordpasswor'.repeat(8).slice(0, 127) + 'ü';

    expect(passwordFault(worst, ['a'.repeat(120)])).toBeUndefined();
  });
});
