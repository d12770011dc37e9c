// Fault points for tests: `FAULTS=mail.afterAccept=kill,tx.beforeCommit=delay:200@3`. Without FAULTS they do nothing;
// config.ts refuses FAULTS unless PUBLIC_URL is this machine.

/** Named places where a test may kill, delay or fail the process. */
export type Fault = (point: string) => Promise<void>;

interface Plan {
  readonly mode: string;
  readonly ms: number;
  /** The n-th passing is hit; every one when undefined. */
  readonly nth: number | undefined;
}

/** Reads FAULTS; undefined = no faults. */
export function createFaults(text: string | undefined): Fault {
  const plans = new Map((text ?? '').split(',').flatMap(readPlan));
  const passed = new Map<string, number>();
  return async (point) => {
    const plan = plans.get(point);
    if (plan === undefined) return;
    const count = (passed.get(point) ?? 0) + 1;
    passed.set(point, count);
    if (plan.nth === undefined || plan.nth === count) await carryOut(plan, point);
  };
}

function readPlan(text: string): [string, Plan][] {
  const match = /^([A-Za-z.]+)=(\w+)(?::(\d+))?(?:@(\d+))?$/.exec(text);
  if (match === null) return [];
  const [, point, mode, ms, nth] = match;
  return [[point ?? '', { mode: mode ?? '', ms: Number(ms ?? 0), nth: nth === undefined ? undefined : Number(nth) }]];
}

async function carryOut({ mode, ms }: Plan, point: string): Promise<void> {
  if (mode === 'kill') process.kill(process.pid, 'SIGKILL');
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  // Both modes fail after what stands before the point has happened: "done, but you were told it failed".
  if (mode === 'throw' || mode === 'execThenThrow') throw new Error(`fault at ${point}`);
}
