// The delivery of a run to the report folder: its files are written there, so this proves that they lie there, whole.
// Called by the report activities.
import type { ReportArtifact } from '../domain/report';
import { findDamage, type Damage } from './intact';

/** What came of a delivery to the folder. */
export type FolderOutcome =
  { readonly kind: 'delivered' } | { readonly kind: 'failed'; readonly reason: Damage | 'no_files' };

/** The folder as a destination. */
export interface FolderDelivery {
  /** `delivered` only when every file lies there with the recorded digest. */
  deliver(files: readonly ReportArtifact[]): Promise<FolderOutcome>;
}

/** Makes the delivery to the folder that runs are written to. */
export function createFolderDelivery(): FolderDelivery {
  return {
    deliver: async (files) => {
      if (files.length === 0) return { kind: 'failed', reason: 'no_files' };
      const damage = await findDamage(files);
      return damage ? { kind: 'failed', reason: damage } : { kind: 'delivered' };
    },
  };
}
