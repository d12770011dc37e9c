// An authenticator app in a few lines, and its set-up through the profile page.
import { Secret, TOTP } from 'otpauth';
import { hiddenFields, type Browser, type TestConsole } from './console';

/** The six digits an app shows at an instant. */
export function codeAt(secret: string, at: Date): string {
  return new TOTP({ secret: Secret.fromBase32(secret), period: 30, digits: 6 }).generate({ timestamp: at.getTime() });
}

/** The secret a page with an enrollment shows. */
export function secretOf(html: string): string {
  return /id="totp-secret" type="text" value="([^"]+)"/.exec(html)?.[1]?.replaceAll(' ', '') ?? '';
}

/** Sets the second step up, as a person does on the profile page. */
export async function enroll(
  console: TestConsole,
  browser: Browser,
): Promise<{ secret: string; backupCodes: string[] }> {
  const { text } = await browser.get('/profile');
  const secret = secretOf(text);
  const action = '/profile/second-factor';
  const code = codeAt(secret, console.clock.now());
  const done = await browser.post(action, { ...hiddenFields(text, action), code });
  const codes = await browser.get(done.location);
  return { secret, backupCodes: backupCodesOf(codes.text) };
}

/** The backup codes a page shows. */
export function backupCodesOf(html: string): string[] {
  return [...html.matchAll(/<li><code>([^<]+)<\/code><\/li>/g)].map(([, code = '']) => code);
}
