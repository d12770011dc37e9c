// `uptake migrate`: brings the schema up to date, makes the first organization, and shows once what is shown once.
import type { FirstOrganization } from '../service/first-organization';
import type { SetupCode } from '../service/setup';
import type { Migrated } from '../store/migrate';
import type { Output } from './output';

/** Handed in by cli.ts. */
export interface MigrateParts {
  /** Migrates and runs the work under the same lock. */
  readonly migrate: (then: () => Promise<void>) => Promise<Migrated>;
  readonly makeFirstOrganization: () => Promise<FirstOrganization>;
  /** The first Super Admin from the environment; whether it was made now. */
  readonly ensureFirstAdmin: (organizationId: number) => Promise<boolean>;
  /** A fresh setup code while nobody can sign in. */
  readonly issueSetupCode: (organizationId: number) => Promise<SetupCode | undefined>;
  readonly publicUrl: string;
  readonly output: Output;
}

/** Runs the command. */
export async function runMigrate(parts: MigrateParts): Promise<void> {
  const { output, publicUrl } = parts;
  let first: FirstOrganization | undefined;
  let setup: SetupCode | undefined;
  const { applied } = await parts.migrate(async () => {
    first = await parts.makeFirstOrganization();
    await parts.ensureFirstAdmin(first.organizationId);
    setup = await parts.issueSetupCode(first.organizationId);
  });
  const { scimToken, apiToken } = first?.generated ?? {};
  const lines = [applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.length} migrations.`];
  if (scimToken !== undefined) lines.push(`SCIM token (shown once):  ${scimToken}`);
  if (apiToken !== undefined) lines.push(`API token (shown once):   ${apiToken}`);
  if (setup !== undefined) lines.push(`Setup code for ${publicUrl}/setup (30 minutes):  ${setup.code}`);
  output.result(
    {
      applied,
      organization_id: first?.organizationId,
      scim_token: scimToken ?? null,
      api_token: apiToken ?? null,
      setup_code: setup?.code ?? null,
    },
    lines,
  );
}
