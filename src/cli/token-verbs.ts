// `uptake organization …` and `uptake token …`: verbs and options. Called by program.ts.
import { type Command, InvalidArgumentError } from 'commander';
import type { Wrap } from './verb';

/** What a new token may be given. */
export interface TokenOptions {
  readonly label: string;
  readonly expires?: string;
  readonly scopes?: readonly string[];
  readonly minutes?: number;
}

/** What a new organization may be given. */
export interface OrganizationOptions {
  readonly name: string;
  readonly zone: string;
  readonly locale: string;
  readonly pool?: string;
  readonly seats?: number;
}

/** What a trust in another identity provider needs. */
export interface FederationOptions extends Omit<TokenOptions, 'scopes'> {
  readonly tenant: string;
  readonly subject: string;
  readonly audience: readonly string[];
  readonly issuer?: string;
  readonly jwksUrl?: string;
}

/** One handler per verb. */
export interface TokenHandlers {
  organizationCreate(slug: string, options: OrganizationOptions): Promise<boolean>;
  tokenCreate(kind: 'scim' | 'api' | 'oauth-client', options: TokenOptions): Promise<boolean>;
  federationCreate(options: FederationOptions): Promise<boolean>;
  tokenList(): Promise<boolean>;
  tokenRotate(id: string, expires: string | undefined): Promise<boolean>;
  tokenRevoke(id: string): Promise<boolean>;
}

/** Adds the verbs. */
export function addTokens(program: Command, handlers: TokenHandlers, action: Wrap): void {
  program
    .command('organization')
    .command('create')
    .description('make an organization with its pool, settings, first report and drafts of policies')
    .argument('<slug>', '1 to 40 of a-z, 0-9 and inner hyphens')
    .requiredOption('--name <name>', 'as people read it')
    .option('--zone <zone>', 'IANA zone: Europe/Berlin', 'UTC')
    .option('--locale <locale>', 'language of mails: en, de', 'en')
    .option('--pool <code>', 'code of its license pool; LICENSE_SKU unless said')
    .option('--seats <count>', 'seats of that pool; LICENSE_SEATS unless said', readWhole)
    .action(action((slug: string, options: OrganizationOptions) => handlers.organizationCreate(slug, options)));
  const token = program.command('token').description('tokens of an organization; a secret is shown once');
  addCreate(token, handlers, action);
  token
    .command('list')
    .description('live and revoked ones, without their secrets')
    .action(action(() => handlers.tokenList()));
  token
    .command('rotate')
    .description('make what replaces a token; both live until the old one is revoked or ends')
    .argument('<id>')
    .option('--expires <when>', whenWords)
    .action(action((id: string, { expires }: { expires?: string }) => handlers.tokenRotate(id, expires)));
  token
    .command('revoke')
    .description('end a token, a secret, or by its client id a whole OAuth client; final')
    .argument('<id>')
    .action(action((id: string) => handlers.tokenRevoke(id)));
}

const whenWords = '90d, 2y, a UTC day 2027-03-01, or never (API tokens alone)';

function addCreate(token: Command, handlers: TokenHandlers, action: Wrap): void {
  const create = token.command('create').description('make a token or an OAuth client');
  create
    .command('scim')
    .description('a bearer for SCIM; two may live at once')
    .requiredOption('--label <label>')
    .option('--expires <when>', whenWords)
    .action(action((options: TokenOptions) => handlers.tokenCreate('scim', options)));
  create
    .command('api')
    .description('a token of the API; five may live at once')
    .requiredOption('--label <label>', 'its name; unique')
    .requiredOption('--scopes <scopes>', 'with commas: "Users Read, Event Ingestion"', readList)
    .option('--expires <when>', whenWords)
    .action(action((options: TokenOptions) => handlers.tokenCreate('api', options)));
  create
    .command('oauth-client')
    .description('client id and secret for POST /oauth/token')
    .requiredOption('--label <label>')
    .option('--expires <when>', '1y to 3y, or a UTC day in that span')
    .option('--minutes <count>', 'life of its access tokens, 60 to 360', readWhole)
    .action(action((options: TokenOptions) => handlers.tokenCreate('oauth-client', options)));
  create
    .command('federation')
    .description('trust assertions of an Entra workload instead of a secret')
    .requiredOption('--label <label>')
    .requiredOption('--tenant <guid>', 'the tenant the assertions name as tid')
    .requiredOption('--subject <subject>', 'their sub, exactly')
    .requiredOption('--audience <audience...>', 'their aud, one of these; a trailing /.default does not count')
    .option('--issuer <url>', 'their iss; https://login.microsoftonline.com/TENANT/v2.0 unless said')
    .option('--jwks-url <url>', "where the issuer's keys are; Microsoft's login hosts alone")
    .option('--expires <when>', whenWords)
    .option('--minutes <count>', 'life of its access tokens, 60 to 360', readWhole)
    .action(action((options: FederationOptions) => handlers.federationCreate(options)));
}

function readWhole(text: string): number {
  if (!/^\d{1,8}$/.test(text)) throw new InvalidArgumentError('a whole number');
  return Number(text);
}

function readList(text: string): string[] {
  return text
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}
