// The counts in words: what a summary sheet calls each, and how it is defined. Called by service/report-content.

/** A count by its column, its label on the sheet and its definition. */
export interface CountWord {
  readonly column: string;
  readonly label: string;
  readonly description: string;
}

const word = (column: string, label: string, description: string): CountWord => ({ column, label, description });

/** The counts of the summary sheet, in the order of the funnel. Source: docs/adoption.md. */
export const countWords = [
  word('total_license', 'Licenses', 'Seats of the app pools whose term is valid at the instant.'),
  word('assigned_license', 'Assigned licenses', 'People with an app seat; one seat a person.'),
  word('unassigned_license', 'Unassigned licenses', 'Licenses less assigned ones, never below zero.'),
  word('activated_license', 'Activated', 'Of the people with a seat: the license was activated.'),
  word('activation_pending', 'Activation pending', 'Of the people with a seat: not activated yet.'),
  word('onboarded_users', 'Onboarded', 'Of the people with a seat: a vault was created.'),
  word('app_setup_pending', 'App setup pending', 'Activated, but no vault yet.'),
  word('using_enpass', 'Using', 'Of the people with a seat: an item of their own was added.'),
  word('usage_pending', 'Usage pending', 'Onboarded, but no item of their own yet.'),
  word('connected_browser_extension', 'Extension connected', 'Of the people using the app.'),
  word('connected_browser_extension_pending', 'Extension pending', 'Of the people using the app.'),
  word('using_autofill', 'Autofill used', 'Of the people using the app.'),
  word('using_autofill_pending', 'Autofill pending', 'Of the people using the app.'),
  word('total_users', 'Onboarded users, with or without a seat', 'Enabled people who created a vault.'),
  word('active_users', 'Active in 30 days', 'Of those: used the app in the 2,592,000 seconds before the instant.'),
  word('inactive_users', 'Inactive', 'Of those: did not; people who never came back are among them.'),
  word('waitlisted', 'Waiting for a license', 'People wanted in a pool that is full.'),
  word('never_used', 'Never used', 'Onboarded, and not used again after the setup launch.'),
] as const satisfies readonly CountWord[];
