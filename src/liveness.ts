// Whether a process of this machine runs. Called by files (whose temporary file is left over) and cli (what a start has left).

/** A process of another user counts: it may not be signalled, but it is there. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}
