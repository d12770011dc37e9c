// Whose address a request is counted for: only proxies the operator trusts are believed.
import type { IncomingMessage } from 'node:http';
import { clientAddress } from '../../src/scim/client-address';

const from = (forwarded?: string): IncomingMessage =>
  ({
    socket: { remoteAddress: '10.0.0.1' },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  }) as unknown as IncomingMessage;

describe('the address of a client', () => {
  it.each([
    [undefined, 0, '10.0.0.1'],
    ['203.0.113.9', 0, '10.0.0.1'],
    ['203.0.113.9', 1, '203.0.113.9'],
    ['198.51.100.1, 203.0.113.9', 1, '203.0.113.9'],
    ['198.51.100.1, 203.0.113.9', 2, '198.51.100.1'],
    ['198.51.100.1, 203.0.113.9', 9, '198.51.100.1'],
    [' , ', 1, '10.0.0.1'],
    [undefined, 1, '10.0.0.1'],
  ])('behind "%s" with %d trusted proxies is %s', (forwarded, trustProxy, expected) => {
    expect(clientAddress(from(forwarded), trustProxy)).toBe(expected);
  });
});
