// Keys made from SECRET_KEY, one for each purpose: sealing of stored secrets, and codes that prove our own hand.
// Called by the services of sign-in, and by the console for its cookies and forms.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { AppError } from '../errors';

/** What can be done with the key; the key itself never leaves. */
export interface Sealing {
  /** Seals a text with AES-256-GCM; `context` (whose, what for) must be the same again to open it. */
  seal(text: string, context: string): Buffer;
  /** Opens what `seal` made. @throws AppError `bug` when key, context or bytes are not those of the sealing */
  open(sealed: Buffer, context: string): string;
  /** HMAC-SHA-256 of a text under the key of a purpose, 64 hex characters. */
  mac(purpose: string, text: string): string;
  /** A key of 32 bytes as hex, for a library that signs by itself. */
  deriveKey(purpose: string): string;
}

const version = 1;
const ivBytes = 12;
const tagBytes = 16;

/** @param secretKey SECRET_KEY as configured, or as kept in DATA_DIR/secret.key */
export function createSealing(secretKey: string): Sealing {
  const derive = (purpose: string): Buffer =>
    Buffer.from(hkdfSync('sha256', Buffer.from(secretKey, 'utf8'), '', `uptake ${purpose}`, 32));
  const sealingKey = derive('sealing');
  return {
    seal: (text, context) => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', sealingKey, iv).setAAD(Buffer.from(context, 'utf8'));
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([Buffer.from([version]), iv, cipher.getAuthTag(), body]);
    },
    open: (sealed, context) => {
      const iv = sealed.subarray(1, 1 + ivBytes);
      const tag = sealed.subarray(1 + ivBytes, 1 + ivBytes + tagBytes);
      try {
        const decipher = createDecipheriv('aes-256-gcm', sealingKey, iv, { authTagLength: tagBytes });
        decipher.setAAD(Buffer.from(context, 'utf8')).setAuthTag(tag);
        const body = sealed.subarray(1 + ivBytes + tagBytes);
        return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8');
      } catch (error) {
        throw new AppError('bug', { reason: 'sealed with another key' }, { cause: error });
      }
    },
    mac: (purpose, text) => createHmac('sha256', derive(purpose)).update(text, 'utf8').digest('hex'),
    deriveKey: (purpose) => derive(purpose).toString('hex'),
  };
}
