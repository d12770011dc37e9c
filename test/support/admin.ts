// The admin of the console's suites, and a browser that has signed in.
import type { Browser, TestConsole } from './console';

/** The first Super Admin of the suites. */
export const admin = { email: 'super.admin@example.com', password: 'a long sentence nobody guesses' };

/** A browser after sign-in as `admin`, which is made when it is not there. */
export async function signedIn(console: TestConsole, organizationId: number): Promise<Browser> {
  await console.administration.ensureFirstAdmin(organizationId, admin);
  const browser = console.browser();
  await browser.fill('/login', admin);
  return browser;
}
