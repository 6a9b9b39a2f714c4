// `1sec serve`: the dashboard of a site database, in a browser on this machine or, with certificate and tokens, elsewhere.
import { showable } from '../bytes/text.ts';
import type { Policy, PolicyZone } from '../facts/policy.ts';
import type { SiteData } from '../server/site-data.ts';
import { accountName } from './account-name.ts';
import { UsageError, type Command, type CommandLine } from './command-line.ts';
import { ExitCode } from './exit-codes.ts';
import { writeOutput } from './output.ts';
import { TRUST_OPTIONS, trustOf, type Trust } from './serve-trust.ts';
import { DATABASE_DEFAULT } from './stored-list.ts';
import type { UploadIntent } from './upload-run.ts';
import type { StartedWith } from './site-settings.ts';
import type { TokenFile } from './token-file.ts';

const PORT_DEFAULT = 8470;
/** Ports that are tried where none is asked for. */
const PORTS_TRIED = 20;

export const serveCommand: Command = {
  name: 'serve',
  usage: '[options]',
  summary: 'show the dashboard of a site database in a browser',
  options: [
    { name: 'db', value: 'FILE', text: `the site database (default ${DATABASE_DEFAULT})` },
    { name: 'port', value: 'N', text: `the port to listen on (default: the first free one from ${PORT_DEFAULT})` },
    { name: 'policy', value: 'FILE', text: 'zones and conduits (policy.yaml) that what passed is compared with' },
    {
      name: 'config',
      value: 'FILE',
      text: 'what is intended at the site (1sec.yaml): its zones, and for captures that are sent',
    },
    {
      name: 'baseline',
      value: 'FILE',
      text: "what is usual, from '1sec baseline learn': to be looked through, and for captures that are sent",
    },
    {
      name: 'uploads',
      value: 'SIZE',
      text: 'how large a capture that operators send may be, as 512M or 4G; none: take none (default 1G)',
    },
    ...TRUST_OPTIONS,
  ],
  operandsMax: 0,
  notes: [
    "'1sec analyze --save site.db FILE' makes the database; what is added to it later is shown as well.",
    'On 127.0.0.1 the addresses that are printed open one session each; they are of no use a second time.',
    'Beyond this machine it listens only with a certificate and with tokens. It answers to the names of the certificate.',
    'What the API answers: /api/openapi.json. Ctrl-C ends it.',
  ],
  run: runServe,
};

async function runServe(line: CommandLine): Promise<number> {
  const trust = trustOf(line);
  const port = portOf(line.options.get('port'));
  const owned = line.options.get('policy');
  const policy = owned === undefined ? null : (await import('./policy-file.ts')).policyOf(owned);
  const [config, baseline] = [line.options.get('config') ?? null, line.options.get('baseline') ?? null];
  const zones = config === null ? [] : (await import('./site-config.ts')).declarationOf(config).zones;
  if (config !== null && policy !== null) {
    (await import('./zone-differences.ts')).warnOfZones(config, zones, owned!, policy);
  }
  if (baseline !== null) (await import('./baseline-file.ts')).readBaseline(baseline);
  const intent = { config, baseline, policy: owned ?? null };
  const uploadBytesMax = uploadSize(line.options.get('uploads'));
  await serveSite(line.options.get('db') ?? DATABASE_DEFAULT, port, { trust, policy, zones, intent, uploadBytesMax });
  return ExitCode.ok;
}

export interface ServeOptions {
  readonly trust: Trust;
  readonly policy: Policy | null;
  /** What 1sec.yaml declares. */
  readonly zones: readonly PolicyZone[];
  /** The files that captures are judged by which are sent. */
  readonly intent: UploadIntent;
  /** 0: none are taken. */
  readonly uploadBytesMax: number;
}

const ON_LOOPBACK: ServeOptions = {
  trust: trustOf({ options: new Map(), operands: [] }),
  policy: null,
  zones: [],
  intent: { config: null, policy: null, baseline: null },
  uploadBytesMax: 0,
};

export interface OpenDashboard {
  /** What a person needs to open it. */
  readonly text: string;
  close(): Promise<void>;
}

/** Shows the database until the program is told to end. `port`: null takes the first free one. */
export async function serveSite(path: string, port: number | null, options = ON_LOOPBACK): Promise<void> {
  const dashboard = await openDashboard(path, port, options);
  writeOutput(`${dashboard.text} Ctrl-C ends it.\n`);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await dashboard.close();
}

/** Shows the database from here on. Throws UsageError and StoreError. */
export async function openDashboard(path: string, port: number | null, options: ServeOptions): Promise<OpenDashboard> {
  const { trust, policy, zones, intent, uploadBytesMax } = options;
  const { StoredSite } = await import('./stored-site.ts');
  const data = new StoredSite(path, { policy, zones, baseline: intent.baseline });
  const { dashboardFiles } = await import('./dashboard-files.ts');
  const { createServer } = await import('../server/server.ts');
  const { newToken } = await import('../server/sessions.ts');
  const tokenFile = trust.tokens === undefined ? null : await followedTokens(trust.tokens, data);
  const { CaptureUploads } = await import('./capture-uploads.ts');
  const uploads =
    uploadBytesMax === 0 ? null : new CaptureUploads({ database: path, bytesMax: uploadBytesMax, intent });
  const { SiteSettings } = await import('./site-settings.ts');
  const settings = new SiteSettings(intent.config, startedWith(path, options));
  // Beyond this machine nobody is let in by an address that stood on a terminal.
  const printed = trust.isLoopback ? { operator: newToken(), viewer: newToken() } : {};
  const server = await createServer({
    data,
    dashboard: dashboardFiles(),
    tokens: printed,
    operator: accountName(),
    settings,
    ...(uploads === null ? {} : { uploads }),
    ...(tokenFile === null ? {} : { accounts: () => tokenFile.accounts() }),
    ...(trust.tls === undefined ? {} : { tls: trust.tls }),
    ...(trust.isOwnName === undefined ? {} : { isOwnName: trust.isOwnName }),
  });
  const address = await listen(server, trust, port);
  return {
    text: addressText(address, printed),
    close: async () => {
      await uploads?.close();
      await server.close();
      data.close();
    },
  };
}

/** For the page of settings. */
function startedWith(database: string, { trust, intent, uploadBytesMax }: ServeOptions): StartedWith[] {
  const { config, policy, baseline } = intent;
  const given: readonly (readonly [option: string, value: string | null | undefined])[] = [
    ['--db', database],
    ['--config', config],
    ['--policy', policy],
    ['--baseline', baseline],
    ['--listen', trust.host],
    ['--certificate', trust.tls === undefined ? null : trust.shownHost],
    ['--tokens', trust.tokens],
    ['--uploads', uploadBytesMax === 0 ? 'none' : `${uploadBytesMax / 1024 ** 2}M`],
  ];
  return given.flatMap(([option, value]) => (value === null || value === undefined ? [] : [{ option, value }]));
}

async function followedTokens(path: string, data: Pick<SiteData, 'note'>): Promise<TokenFile> {
  const { TokenFile: Followed } = await import('./token-file.ts');
  const file = new Followed(path, (detail) => {
    data.note({ operator: '', action: 'token', detail, timeMs: Date.now() });
  });
  if (file.inForce(Date.now()) > 0) return file;
  throw new UsageError(`no token of ${showable(path, 400)} is in force; '1sec tokens add NAME' makes one`);
}

function addressText(address: string, { operator, viewer }: { readonly operator?: string; readonly viewer?: string }) {
  if (operator === undefined || viewer === undefined) return `Dashboard: ${address}/\nWho has a token may look or act.`;
  return [
    `Dashboard: ${address}/#token=${operator}`,
    `Only to look: ${address}/#token=${viewer}`,
    'Each opens one session on this machine.',
  ].join('\n');
}

/** The address; the asked port, or the first free one. */
async function listen(
  server: { listen: (options: { host: string; port: number }) => Promise<string> },
  { host, shownHost, tls }: Trust,
  asked: number | null,
): Promise<string> {
  for (let port = asked ?? PORT_DEFAULT; ; port++) {
    try {
      await server.listen({ host, port });
      return `${tls === undefined ? 'http' : 'https'}://${shownHost}:${port}`;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const isTaken = code === 'EADDRINUSE';
      if (isTaken && asked === null && port < PORT_DEFAULT + PORTS_TRIED) continue;
      throw new UsageError(isTaken ? `port ${port} is in use` : `port ${port} cannot be listened on: ${message}`);
    }
  }
}

/** Bytes; 0: none are taken. */
function uploadSize(text: string | undefined): number {
  if (text === undefined) return 1024 ** 3;
  if (text === 'none') return 0;
  const [, number = '', unit = ''] = /^([0-9]{1,6})([MG])$/.exec(text) ?? [];
  const bytes = Number(number) * (unit === 'G' ? 1024 ** 3 : 1024 ** 2);
  if (bytes > 0) return bytes;
  throw new UsageError(`option --uploads cannot be '${showable(text)}'; it is a size as 512M or 4G, or none`);
}

/** Of an option; null: the first free one. */
export function portOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[0-9]{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536) return Number(text);
  throw new UsageError(`option --port cannot be '${text}'; it is a number from 1 to 65535`);
}
