// `1sec serve`: the dashboard of a site database, in a browser on this machine.
import { userInfo } from 'node:os';
import { showable } from '../bytes/text.ts';
import { UsageError, type Command, type CommandLine } from './command-line.ts';
import { ExitCode } from './exit-codes.ts';
import { writeOutput } from './output.ts';
import { DATABASE_DEFAULT } from './stored-list.ts';

const PORT_DEFAULT = 8470;
/** Ports that are tried where none is asked for. */
const PORTS_TRIED = 20;

export const serveCommand: Command = {
  name: 'serve',
  usage: '[options]',
  summary: 'show the dashboard of a site database in a browser on this machine',
  options: [
    { name: 'db', value: 'FILE', text: `the site database (default ${DATABASE_DEFAULT})` },
    { name: 'port', value: 'N', text: `the port to listen on (default: the first free one from ${PORT_DEFAULT})` },
  ],
  operandsMax: 0,
  notes: [
    "'1sec analyze --save site.db FILE' makes the database; what is added to it later is shown as well.",
    'It listens on 127.0.0.1 only. The address that is printed opens one session; it is of no use a second time.',
    'What the API answers: /api/openapi.json. Ctrl-C ends it.',
  ],
  run: runServe,
};

async function runServe(line: CommandLine): Promise<number> {
  await serveSite(line.options.get('db') ?? DATABASE_DEFAULT, portOf(line.options.get('port')));
  return ExitCode.ok;
}

/** Shows the database until the program is told to end. `port`: null takes the first free one. */
export async function serveSite(path: string, port: number | null): Promise<void> {
  const { StoredSite } = await import('./stored-site.ts');
  const data = new StoredSite(path);
  const { dashboardFiles } = await import('./dashboard-files.ts');
  const { createServer } = await import('../server/server.ts');
  const { newToken } = await import('../server/sessions.ts');
  const tokens = { operator: newToken(), viewer: newToken() };
  const server = await createServer({ data, dashboard: dashboardFiles(), tokens, operator: operatorName() });
  const address = await listen(server, port);
  writeOutput(
    [
      `Dashboard: ${address}/#token=${tokens.operator}`,
      `Only to look: ${address}/#token=${tokens.viewer}`,
      'Each opens one session on this machine. Ctrl-C ends it.',
      '',
    ].join('\n'),
  );
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await server.close();
}

/** The account that started the program: whoever has the address acts in its name. */
function operatorName(): string {
  try {
    return showable(userInfo().username);
  } catch {
    // An account without a name, as in some containers.
    return `user ${process.getuid?.() ?? 0}`;
  }
}

/** The address; the asked port, or the first free one. */
async function listen(
  server: { listen: (options: { host: string; port: number }) => Promise<string> },
  asked: number | null,
): Promise<string> {
  for (let port = asked ?? PORT_DEFAULT; ; port++) {
    try {
      return await server.listen({ host: '127.0.0.1', port });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const isTaken = code === 'EADDRINUSE';
      if (isTaken && asked === null && port < PORT_DEFAULT + PORTS_TRIED) continue;
      throw new UsageError(isTaken ? `port ${port} is in use` : `port ${port} cannot be listened on: ${message}`);
    }
  }
}

function portOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  if (/^[0-9]{1,5}$/.test(text) && Number(text) > 0 && Number(text) < 65_536) return Number(text);
  throw new UsageError(`option --port cannot be '${text}'; it is a number from 1 to 65535`);
}
