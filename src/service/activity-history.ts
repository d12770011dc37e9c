// What can only be told from the whole history of a person: the first return, and the newest word on pairing and vaults.
// Steps of service/activity-intake, after the new events are kept.
import type { ActivityType, UseEvent } from '../domain/activity';
import type { InstantText } from '../domain/instant';
import { returnedAt } from '../domain/milestone';
import type { KeptEvent } from '../store/activity-store';
import type { Stores } from '../store/stores';
import type { ActivityUser } from '../store/user-activity-store';
import type { TakenEvent } from './device-intake';

/** What decides `returned`: every sign of use and every proof of the setup. */
const historyTypes: readonly ActivityType[] = [
  'vault.created',
  'item.added',
  'autofill.used',
  'extension.connected',
  'app.opened',
  'app.unlocked',
];

/** What decides the facts that hold only as of today. */
const currentTypes: readonly ActivityType[] = ['extension.connected', 'extension.disconnected', 'hub.shared_vaults'];

/** A taken event with what it says of use. */
export interface UseOf extends UseEvent {
  readonly taken: TakenEvent;
}

/** First returns of the users whose new events can make them earlier, from the whole history of each. */
export async function returnsOf(
  stores: Stores,
  uses: readonly UseOf[],
  users: ReadonlyMap<string, ActivityUser>,
): Promise<Map<string, InstantText>> {
  const touched = uses.filter((use) => {
    const known = users.get(use.taken.userId)!.milestoneTimes.returned;
    return historyTypes.includes(use.type) && (known === null || use.occurredAt < known);
  });
  const history = await stores.activity.listOf([...new Set(touched.map(({ taken }) => taken.userId))], historyTypes);
  const found = [...byUserId(history)].map(([userId, own]) => [userId, returnedAt(own)] as const);
  return new Map(found.filter((it): it is [string, InstantText] => it[1] !== undefined));
}

function byUserId(history: readonly KeptEvent[]): Map<string, KeptEvent[]> {
  const byUser = new Map<string, KeptEvent[]>();
  for (const event of history) {
    const own = byUser.get(event.userId);
    if (own) own.push(event);
    else byUser.set(event.userId, [event]);
  }
  return byUser;
}

/** The newest word on pairing and shared vaults, for the users of whom there is a new one. */
export async function currentFactsOf(
  stores: Stores,
  uses: readonly UseOf[],
): Promise<Map<string, Partial<Pick<ActivityUser, 'isExtensionConnected' | 'sharedVaultsManaged'>>>> {
  const touched = uses.filter(({ type }) => currentTypes.includes(type)).map(({ taken }) => taken.userId);
  const history = await stores.activity.listOf([...new Set(touched)], currentTypes);
  const facts = [...byUserId(history)].map(([userId, own]) => {
    // Of the same instant the last in this order counts, so that the order of arrival does not matter.
    const sorted = own.toSorted((one, other) => (orderKey(one) < orderKey(other) ? -1 : 1));
    const pairing = sorted.findLast(({ type }) => type.startsWith('extension.'));
    const vaults = sorted.findLast(({ type }) => type === 'hub.shared_vaults');
    return [
      userId,
      {
        ...(pairing && { isExtensionConnected: pairing.type === 'extension.connected' }),
        ...(vaults && { sharedVaultsManaged: vaults.data.managed ?? null }),
      },
    ] as const;
  });
  return new Map(facts);
}

function orderKey({ occurredAt, type, data }: KeptEvent): string {
  return `${occurredAt} ${type} ${String(data.managed ?? 0).padStart(12, '0')}`;
}
