// When the end of a token is told: how many days ahead, and which of these days it has come to. Pure; called by
// service/token-watch and service/alert-facts.

const dayMs = 24 * 60 * 60 * 1000;

/** How many days before its end a token is told of, the last one first. */
export const noticeDays = [1, 7, 30] as const;

/** One of these days. */
export type NoticeDay = (typeof noticeDays)[number];

/** The notice that is due, by the time that is left; undefined before the first one and once the token has ended. */
export function noticeOf(expiresAt: Date | null, now: Date): NoticeDay | undefined {
  if (expiresAt === null || expiresAt <= now) return undefined;
  const leftMs = expiresAt.getTime() - now.getTime();
  return noticeDays.find((days) => leftMs <= days * dayMs);
}

/** Days until then, begun ones too; 0 once it is over. */
export function daysLeft(expiresAt: Date, now: Date): number {
  return Math.max(0, Math.ceil((expiresAt.getTime() - now.getTime()) / dayMs));
}
