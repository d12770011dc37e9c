// `uptake demo`: empties a demo installation and fills it anew, dated from now; shows how to sign in. Refused on any other data.
import type { FirstOrganization } from '../service/first-organization';
import type { Output } from './output';

/** Handed in by cli.ts. */
export interface DemoParts {
  /** @throws row.conflict when the installation holds anything but a demo */
  readonly empty: () => Promise<void>;
  readonly makeFirstOrganization: () => Promise<FirstOrganization>;
  readonly makeAdmin: (organizationId: number, admin: { email: string; password: string }) => Promise<boolean>;
  readonly fill: (organizationId: number, note: (line: string) => void) => Promise<void>;
  readonly publicUrl: string;
  readonly output: Output;
}

/** Only on a laptop's loopback: the demo refuses to be anything else. */
const admin = { email: 'admin@demo.example', password: 'a rollout to look at' };

/** Runs the command. */
export async function runDemo({
  empty,
  makeFirstOrganization,
  makeAdmin,
  fill,
  publicUrl,
  output,
}: DemoParts): Promise<void> {
  await empty();
  const { organizationId, generated } = await makeFirstOrganization();
  await makeAdmin(organizationId, admin);
  await fill(organizationId, output.note);
  const { scimToken, apiToken } = generated;
  output.result(
    {
      organization_id: organizationId,
      email: admin.email,
      password: admin.password,
      scim_token: scimToken ?? null,
      api_token: apiToken ?? null,
    },
    [
      `Sign in at ${publicUrl}/login`,
      `  e-mail    ${admin.email}`,
      `  password  ${admin.password}`,
      ...(scimToken === undefined ? [] : [`  SCIM      ${scimToken}`]),
      ...(apiToken === undefined ? [] : [`  API       ${apiToken}`]),
    ],
  );
}
