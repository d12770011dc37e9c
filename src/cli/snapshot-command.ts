// `uptake snapshot [--day D]`: builds the missing days and shows the newest or the named one.
import type { Caller } from '../domain/caller';
import type { Snapshots } from '../service/snapshots';
import type { Output } from './output';

interface Parts {
  readonly snapshots: Snapshots;
  readonly caller: Caller;
  readonly now: Date;
  readonly output: Output;
}

/** Builds, then shows. On the installation's first day: today so far, marked provisional and not stored. */
export async function takeSnapshot({ snapshots, caller, now, output }: Parts, day: string | undefined): Promise<void> {
  const written = await snapshots.take(caller, { nominalAt: now, onDay: (dayOn) => output.note(`${dayOn} looked at`) });
  const it = await snapshots.get(caller, day);
  const head = it.isProvisional ? `${it.dayOn} so far (provisional, not stored)` : `${it.dayOn}, version ${it.version}`;
  output.result(
    {
      day: it.dayOn,
      as_of: it.asOf.toISOString(),
      version: it.version,
      ...(it.isProvisional ? { provisional: true } : {}),
      counts: it.counts,
    },
    [
      `${written.length} days built.`,
      `${head}, as of ${it.asOf.toISOString()}`,
      ...Object.entries(it.counts).map(([name, count]) => `  ${name.padEnd(36)} ${count}`),
    ],
  );
}
