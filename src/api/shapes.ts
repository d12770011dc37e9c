// The bodies and queries of the API, one zod shape each: what comes in is read here once, what goes out is written in the
// words of the wire. openapi.ts is generated from the same shapes.
import { z } from 'zod';
import { activityTypes, type ActivityType } from '../domain/activity';
import type { AdoptionCounts } from '../domain/adoption';
import { instantIso, parseInstant } from '../domain/instant';
import { AppError } from '../errors';
import type { AdoptionDetail } from '../service/adoption';
import type { IngestResult } from '../service/ingestion';

const count = z.int().min(0);
const instant = z.string().meta({ format: 'date-time' });

/** The answer of the overview: names, order, nesting and types are a contract. */
export const overviewShape = z.strictObject({
  user_onboarding_overview: z.strictObject({
    total_license: count,
    assigned_license: count,
    unassigned_license: count,
    activated_license: count,
    activation_pending: count,
    onboarded_users: count,
    app_setup_pending: count,
    using_enpass: count,
    usage_pending: count,
  }),
  enpass_app_usage_overview: z.strictObject({
    added_items: count,
    connected_browser_extension: count,
    connected_browser_extension_pending: count,
    using_autofill: count,
    using_autofill_pending: count,
  }),
  enpass_active_users: z.strictObject({ total_users: count, active_users: count, inactive_users: count }),
});

/** The answer of the detail. */
export const detailShape = z.strictObject({
  as_of: instant,
  known_at: instant,
  definitions_version: count,
  overview: overviewShape,
  extra: z.strictObject({
    over_assigned_license: count,
    waitlisted: count,
    never_used: count,
    inactive_30_60: count,
    inactive_60_90: count,
    inactive_90_plus: count,
  }),
});

/** Every error answer. */
export const errorShape = z.strictObject({ error: z.literal(true), code: z.string(), description: z.string() });

/** The query of the detail. A `+` of an offset that arrives as a space is understood. */
export const detailQuery = z.strictObject({
  as_of: z
    .string()
    .optional()
    .transform((text, context) => {
      if (text === undefined) return undefined;
      const at = parseInstant(text.replace(' ', '+'));
      if (at === undefined) context.addIssue('is no instant; write it as 2026-03-31T22:00:00Z');
      return at;
    }),
});

const ascii = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[\x20-\x7e]+$/);
const text = (most: number) => z.string().min(1).max(most);

/** What stands around the events of a batch. */
export const batchShape = z.strictObject({ source: ascii(64), events: z.array(z.unknown()) });

/** The facts a type may carry. Everything else is refused, so that nothing private slips in. */
export const dataShapes: Readonly<Partial<Record<ActivityType, z.ZodObject>>> = {
  'item.added': z.strictObject({ is_sample: z.boolean().optional() }),
  'autofill.used': z.strictObject({ surface: z.enum(['desktop', 'mobile', 'extension']).optional() }),
  'hub.shared_vaults': z.strictObject({ managed: z.int().min(0).max(4_294_967_295) }),
};

/** One event. */
export const eventShape = z.strictObject({
  event_id: ascii(128),
  type: z.enum(Object.keys(activityTypes) as [ActivityType, ...ActivityType[]]),
  occurred_at: instant,
  user: z.strictObject({ id: text(64).nullish(), external_id: text(255).nullish(), email: text(320).nullish() }),
  device: z
    .strictObject({
      id: text(255),
      name: text(255).nullish(),
      platform: z.enum(['macOS', 'Windows', 'Linux', 'iOS', 'Android', 'ChromeOS', 'other']).nullish(),
      app_version: text(64).nullish(),
    })
    .nullish(),
  launch_id: ascii(64).nullish(),
  data: z.record(z.string(), z.unknown()).nullish(),
});

/** The answer to a batch. */
export const ingestedShape = z.strictObject({
  results: z.array(
    z.strictObject({
      index: count,
      event_id: z.string().nullable(),
      status: z.enum(['accepted', 'duplicate', 'quarantined', 'rejected']),
      code: z.string().nullable(),
    }),
  ),
  accepted: count,
  duplicate: count,
  quarantined: count,
  rejected: count,
});

/** Reads a query or body. @throws query.value or body.value, naming the member at fault */
export function read<Shape extends z.ZodType>(
  shape: Shape,
  input: unknown,
  code: 'query.value' | 'body.value',
): z.output<Shape> {
  const found = shape.safeParse(input);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  const place = issue?.path.join('.') ?? '';
  throw new AppError(code, {
    reason: `${place === '' ? 'The request' : `"${place.slice(0, 60)}"`}: ${faultOf(issue)}.`,
  });
}

/** The fault in our words; names and values of what was sent are not repeated. */
function faultOf(issue: z.core.$ZodIssue | undefined): string {
  switch (issue?.code) {
    case 'unrecognized_keys':
      return 'has a member that is not known';
    case 'invalid_type':
      return `must be ${words[issue.expected] ?? issue.expected}`;
    case 'too_big':
      return `must not be longer than ${issue.maximum}`;
    case 'too_small':
      return `must be at least ${issue.minimum} long`;
    case 'invalid_format':
      return 'holds signs that are not allowed';
    case 'invalid_value':
      return `must be one of ${issue.values.join(', ')}`;
    case 'custom':
      return issue.message;
    default:
      return 'is not valid';
  }
}

const words: Readonly<Record<string, string>> = {
  string: 'a text',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  int: 'a whole number',
  number: 'a number',
};

/** The seventeen counts in the words and order of the wire. */
export function toOverview(counts: AdoptionCounts): z.output<typeof overviewShape> {
  return {
    user_onboarding_overview: {
      total_license: counts.totalLicense,
      assigned_license: counts.assignedLicense,
      unassigned_license: counts.unassignedLicense,
      activated_license: counts.activatedLicense,
      activation_pending: counts.activationPending,
      onboarded_users: counts.onboardedUsers,
      app_setup_pending: counts.appSetupPending,
      using_enpass: counts.usingApp,
      usage_pending: counts.usagePending,
    },
    enpass_app_usage_overview: {
      added_items: counts.addedItems,
      connected_browser_extension: counts.connectedExtension,
      connected_browser_extension_pending: counts.connectedExtensionPending,
      using_autofill: counts.usingAutofill,
      using_autofill_pending: counts.usingAutofillPending,
    },
    enpass_active_users: {
      total_users: counts.totalUsers,
      active_users: counts.activeUsers,
      inactive_users: counts.inactiveUsers,
    },
  };
}

/** The counts and those beside them, on the wire. */
export function toDetail({
  asOf,
  knownAt,
  definitionsVersion,
  overview,
  extra,
}: AdoptionDetail): z.output<typeof detailShape> {
  return {
    as_of: instantIso(asOf),
    known_at: instantIso(knownAt),
    definitions_version: definitionsVersion,
    overview: toOverview(overview),
    extra: {
      over_assigned_license: extra.overAssignedLicense,
      waitlisted: extra.waitlisted,
      never_used: extra.neverUsed,
      inactive_30_60: extra.inactive30To60,
      inactive_60_90: extra.inactive60To90,
      inactive_90_plus: extra.inactive90Plus,
    },
  };
}

/** What became of a batch, on the wire. */
export function toIngested({ results, counts }: IngestResult): z.output<typeof ingestedShape> {
  return {
    results: results.map(({ index, eventId, status, code }) => ({ index, event_id: eventId, status, code })),
    ...counts,
  };
}
