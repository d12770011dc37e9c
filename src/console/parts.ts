// What the files of the console share: the services they call and the ways to answer. Made by router.ts, handed to pages.
import type { Clock } from '../clock';
import type { Log } from '../log';
import type { Administration } from '../service/administration';
import type { Csrf } from './csrf';
import type { Pages } from './page';
import type { PreSignIn } from './pre-sign-in';

/** Handed to every page. */
export interface Parts {
  readonly administration: Administration;
  readonly pages: Pages;
  readonly csrf: Csrf;
  readonly preSignIn: PreSignIn;
  readonly clock: Clock;
  readonly log: Log;
  /** PUBLIC_URL without a slash at its end. */
  readonly publicUrl: string;
  readonly isHttps: boolean;
  /** Whether PUBLIC_URL is this machine; elsewhere every admin has a second factor. */
  readonly isLoopback: boolean;
}
