// `uptake admin recover`: a fresh setup code for whoever holds the machine.
import type { SetupCode } from '../service/setup';
import type { Output } from './output';

/** Issues the code and shows it once. */
export async function recoverAdmin(
  recover: () => Promise<SetupCode>,
  publicUrl: string,
  output: Output,
): Promise<void> {
  const { code, expiresAt } = await recover();
  output.result({ setup_code: code, url: `${publicUrl}/setup`, expires_at: expiresAt.toISOString() }, [
    `Open ${publicUrl}/setup and type this code (valid until ${expiresAt.toISOString()}):`,
    code,
  ]);
}
