// The lists of the dashboard as comma-separated values, part by part, so that a long one neither waits for its end nor is
// held in memory. Cells that a spreadsheet would take for a formula are told as text.
import type { ListName } from '../server/list-filters.ts';
import type { Page } from '../server/site-data.ts';
import { csvLine } from './csv.ts';

const PART_ROWS = 500;

type Item = Readonly<Record<string, unknown>>;
type Cell = string | number | null;

/** Columns of each list, by title. */
const COLUMNS = {
  assets: [
    ...plain('id', 'segment'),
    ['ip', ({ ip }) => listed(ip)],
    ['mac', ({ mac }) => listed(mac)],
    ...plain('unit', 'role', 'level', 'vendor', 'model', 'firmware', 'serial', 'name', 'hardening'),
    ['protocols', ({ protocols }) => listed(protocols)],
    ...plain('first', 'last'),
  ],
  alerts: [
    ...plain('id', 'severity', 'kind', 'title', 'explanation', 'advice'),
    ['subject', ({ subject }) => partyText(subject)],
    ['peer', ({ peer }) => partyText(peer)],
    ...plain('object', 'first', 'last', 'count'),
    ['techniques', ({ techniques }) => listed(techniques)],
    ['state', ({ state }) => plainCell((state as Item)['status'])],
    ...plain('incident'),
  ],
  conversations: plain(
    ...['protocol', 'transport', 'client', 'clientSegment', 'clientAsset', 'clientPort'],
    ...['server', 'serverSegment', 'serverAsset', 'serverPort', 'first', 'last'],
    ...['clientPackets', 'serverPackets', 'clientBytes', 'serverBytes', 'gaps'],
    'answered',
  ),
  operations: plain(
    ...['client', 'clientAsset', 'server', 'serverAsset', 'unit', 'protocol', 'access', 'verb', 'function'],
    ...['space', 'object', 'objectFirst', 'objectLast', 'outcome', 'count', 'first', 'last', 'alerts'],
  ),
  points: plain(
    ...['protocol', 'unit', 'space', 'first', 'count', 'name', 'last', 'minimum', 'maximum', 'step'],
    ...['reads', 'writes', 'seen'],
  ),
  firmware: [
    ...plain('time', 'asset', 'address', 'what', 'version', 'source', 'name', 'kind', 'size', 'sha256'),
    ['verdicts', ({ verdicts }) => listed(verdicts)],
  ],
  logins: plain(
    ...['client', 'clientAsset', 'server', 'serverAsset', 'protocol', 'mechanism', 'user', 'outcome', 'count'],
    ...['first', 'last'],
  ),
} satisfies Record<ListName, readonly Column[]>;

type Column = readonly [title: string, cell: (item: Item) => Cell];

export const CSV_LISTS = Object.keys(COLUMNS) as ListName[];

/** `page`: a part of the list. The first line names the columns. */
export function* listCsv(list: ListName, page: (offset: number, limit: number) => Page): Generator<string> {
  const columns: readonly Column[] = COLUMNS[list];
  yield csvLine(columns.map(([title]) => title));
  for (let offset = 0; ; offset += PART_ROWS) {
    const { items, total } = page(offset, PART_ROWS);
    const lines = (items as readonly Item[]).map((item) => csvLine(columns.map(([, cell]) => cell(item))));
    if (lines.length > 0) yield lines.join('');
    if (offset + PART_ROWS >= total) return;
  }
}

function plain(...names: readonly string[]): Column[] {
  return names.map((name) => [name, (item) => plainCell(item[name])]);
}

function plainCell(value: unknown): Cell {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'string') return value;
  return typeof value === 'boolean' ? String(value) : null;
}

function listed(values: unknown): string {
  return (values as readonly string[]).join(' ');
}

/** Address, unit and port. */
function partyText(party: unknown): string {
  if (party === null) return '';
  const { ip, mac, asset, unit, port } = party as Item;
  const place = plainCell(ip) ?? plainCell(mac) ?? plainCell(asset) ?? '';
  return [place, unit === null ? '' : `unit ${plainCell(unit)}`, port === null ? '' : `port ${plainCell(port)}`]
    .filter((word) => word !== '')
    .join(' ');
}
