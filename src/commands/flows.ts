// `1sec flows`: who talked to whom at a site, over all analyses that were saved.
import { grouped, showable } from '../bytes/text.ts';
import type { ConversationFilter, StoredConversation, StoredHost } from '../store/conversations.ts';
import { UsageError, type Command, type CommandLine } from './command-line.ts';
import { ExitCode } from './exit-codes.ts';
import { readableBytes } from './progress.ts';
import { LIST_OPTIONS, withStore, writeList, writtenAddress, type ListColumn, type StoredList } from './stored-list.ts';
import { readableDuration, readableTime, timestamp } from './timestamp.ts';

export const flowsCommand: Command = {
  name: 'flows',
  usage: '[options]',
  summary: 'list the conversations that a site database holds',
  options: [
    ...LIST_OPTIONS,
    { name: 'host', value: 'ADDRESS', text: 'only where this address is client or server' },
    { name: 'protocol', value: 'NAME', text: 'only of this protocol, recognised by content' },
    { name: 'port', value: 'N', text: 'only where client or server has this port' },
  ],
  operandsMax: 0,
  notes: [
    "'1sec analyze --save site.db FILE' makes the database, and adds to it. In the order of their first packets.",
    'In CSV a cell that a spreadsheet would take for a formula has an apostrophe before it.',
    'The shape of --json: docs/formats.md.',
  ],
  run: (line) => Promise.resolve(runFlows(line)),
};

function runFlows(line: CommandLine): number {
  const filter = filterOf(line);
  withStore(line, (store) => writeList(line, FLOWS, store.conversations(filter)));
  return ExitCode.ok;
}

function filterOf({ options }: CommandLine): ConversationFilter {
  const host = options.get('host');
  const protocol = options.get('protocol');
  const port = options.get('port');
  return {
    ...(host === undefined ? {} : { host: writtenAddress(host) }),
    ...(protocol === undefined ? {} : { protocol }),
    ...(port === undefined ? {} : { port: portOf(port) }),
  };
}

function portOf(text: string): number {
  if (/^[0-9]{1,5}$/.test(text) && Number(text) < 65_536) return Number(text);
  throw new UsageError(`option --port cannot be '${text}'; it is a number from 0 to 65535`);
}

function column(
  title: string,
  weight: number,
  cell: (flow: StoredConversation) => string,
): ListColumn<StoredConversation> {
  return { title, weight, cell: (flow) => showable(cell(flow)) };
}

function hostText({ address, segment }: StoredHost): string {
  return segment === 'default' ? address : `${address} on ${segment}`;
}

/** `tcp/502`; for link protocols and IP protocols their own numbers. */
function serviceText({ transport, serverPort }: StoredConversation): string {
  if (transport === 'icmp') return transport;
  return `${transport}/${transport === 'link' ? `0x${serverPort.toString(16).padStart(4, '0')}` : serverPort}`;
}

const FLOWS: StoredList<StoredConversation> = {
  name: 'flows',
  columns: [
    column('client', Infinity, (flow) => hostText(flow.client)),
    column('server', Infinity, (flow) => hostText(flow.server)),
    column('service', 9, serviceText),
    column('protocol', 8, (flow) => flow.protocol ?? ''),
    column('first', 6, (flow) => readableTime(flow.firstUs)),
    { ...column('lasted', 5, (flow) => readableDuration(flow.lastUs - flow.firstUs)), isNumber: true },
    {
      ...column('packets', 4, (flow) => grouped(flow.clientPackets + flow.serverPackets)),
      isNumber: true,
    },
    { ...column('bytes', 3, (flow) => readableBytes(flow.clientBytes + flow.serverBytes)), isNumber: true },
    column('', 2, (flow) => (flow.isAnswered ? '' : 'unanswered')),
  ],
  csvTitles: [
    'protocol',
    'transport',
    'client',
    'client_segment',
    'client_asset',
    'client_port',
    'server',
    'server_segment',
    'server_asset',
    'server_port',
    'first',
    'last',
    'client_packets',
    'server_packets',
    'client_bytes',
    'server_bytes',
    'gaps',
    'seen_from_start',
    'answered',
  ],
  csvCells: (flow) => [
    flow.protocol,
    flow.transport,
    flow.client.address,
    flow.client.segment,
    flow.client.asset,
    flow.clientPort,
    flow.server.address,
    flow.server.segment,
    flow.server.asset,
    flow.serverPort,
    timestamp(flow.firstUs),
    timestamp(flow.lastUs),
    flow.clientPackets,
    flow.serverPackets,
    flow.clientBytes,
    flow.serverBytes,
    flow.gaps,
    String(flow.isSeenFromStart),
    String(flow.isAnswered),
  ],
  json: conversationJson,
};

export function conversationJson(flow: StoredConversation): Record<string, unknown> {
  return {
    protocol: flow.protocol,
    transport: flow.transport,
    client: flow.client.address,
    clientSegment: flow.client.segment,
    clientAsset: flow.client.asset,
    clientPort: flow.clientPort,
    server: flow.server.address,
    serverSegment: flow.server.segment,
    serverAsset: flow.server.asset,
    serverPort: flow.serverPort,
    first: timestamp(flow.firstUs),
    last: timestamp(flow.lastUs),
    clientPackets: flow.clientPackets,
    serverPackets: flow.serverPackets,
    clientBytes: flow.clientBytes,
    serverBytes: flow.serverBytes,
    gaps: flow.gaps,
    seenFromStart: flow.isSeenFromStart,
    answered: flow.isAnswered,
  };
}
