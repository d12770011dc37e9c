// Who may do what with reports: one place, asked once by each verb. Called by the report services.
import type { Caller, Role } from '../domain/caller';
import { AppError } from '../errors';
import type { Stores } from '../store/stores';

const allowed: Record<'define' | 'run', readonly Role[]> = {
  // A schedule may allow a new domain, which is a Super Admin's to decide.
  define: ['super_admin'],
  run: ['super_admin', 'admin', 'auditor'],
};

/**
 * Lets the product itself and admins of a fitting role pass; a token (scope Reports, checked at its door) may run.
 * @throws AppError `role.missing`
 */
export async function assertMayReport(caller: Caller, stores: Stores, act: 'define' | 'run'): Promise<void> {
  const { kind, id } = caller.actor;
  if (kind === 'system' || (kind === 'token' && act === 'run')) return;
  const admin = kind === 'admin' && id !== null ? await stores.admins.find(id) : undefined;
  if (admin?.status !== 'active' || !allowed[act].includes(admin.role)) throw new AppError('role.missing');
}
