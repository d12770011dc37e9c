// What an organization trusts of another identity provider instead of a secret. Pure; called by service/federation-trusts.
import { AppError } from '../errors';

/** An assertion is taken when it says exactly this. */
export interface Trust {
  readonly issuer: string;
  readonly jwksUrl: string;
  readonly tenantId: string;
  readonly subject: string;
  /** One of them is enough; a trailing `/.default` does not count. */
  readonly audiences: readonly string[];
}

/** What is asked for; issuer and keys are Microsoft's public ones of the tenant unless said. */
export interface TrustWish {
  readonly tenantId: string;
  readonly subject: string;
  readonly audiences: readonly string[];
  readonly issuer?: string;
  readonly jwksUrl?: string;
}

/** The trust that is meant. @throws input.invalid */
export function readTrust(wish: TrustWish): Trust {
  const tenantId = wish.tenantId.toLowerCase();
  check(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(tenantId), 'The tenant is a GUID.');
  const issuer = wish.issuer ?? `https://login.microsoftonline.com/${tenantId}/v2.0`;
  const jwksUrl = wish.jwksUrl ?? issuer.replace(/\/v2\.0$/, '/discovery/v2.0/keys');
  const texts = [issuer, jwksUrl, wish.subject, ...wish.audiences];
  check(
    texts.every((text) => /^[\x21-\x7e]{1,255}$/.test(text)),
    'Issuer, subject and audiences have 1 to 255 signs.',
  );
  check(wish.audiences.length > 0 && wish.audiences.length <= 10, 'One to ten audiences are named.');
  return { issuer, jwksUrl, tenantId, subject: wish.subject, audiences: wish.audiences };
}

function check(isWell: boolean, reason: string): void {
  if (!isWell) throw new AppError('input.invalid', { reason });
}
