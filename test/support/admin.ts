// The admin of the console's suites, and a browser that has signed in.
import type { AdoptionNumbers } from '../../src/console/dashboard-page';
import type { Browser, TestConsole } from './console';

/** The first Super Admin of the suites. */
export const admin = { email: 'super.admin@example.com', password: 'a long sentence nobody guesses' };

/** The seed's example. Source: the adoption summary's example response. */
export const seedCounts = {
  totalLicenses: 500,
  assigned: 420,
  unassigned: 80,
  activated: 350,
  activationPending: 70,
  onboarded: 300,
  appSetupPending: 50,
  using: 260,
  usagePending: 40,
  addedItems: 260,
  extensionConnected: 200,
  extensionPending: 60,
  autofillUsed: 180,
  autofillPending: 80,
  totalUsers: 320,
  activeUsers: 260,
  inactiveUsers: 60,
};

/** Numbers at the edge of the console: what the adoption service would answer. */
export const seedNumbers: AdoptionNumbers = {
  overview: () => Promise.resolve({ asOf: new Date('2026-03-02T08:30:00Z'), counts: seedCounts }),
};

/** A browser after sign-in. */
export async function aBrowserSignedIn(console: TestConsole): Promise<Browser> {
  const browser = console.browser();
  await browser.fill('/login', admin);
  return browser;
}
