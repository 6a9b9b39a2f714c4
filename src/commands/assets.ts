// `1sec assets`: the devices of a site, over all analyses that were saved.
import { showable } from '../bytes/text.ts';
import { hardeningOf } from '../assets/asset-fields.ts';
import type { Asset } from '../facts/asset.ts';
import type { AssetFilter } from '../store/assets.ts';
import { assetJson, fileJson } from './analysis-json.ts';
import { assetLines } from './asset-text.ts';
import { UsageError, type Command, type CommandLine } from './command-line.ts';
import { ExitCode } from './exit-codes.ts';
import { writeOutput } from './output.ts';
import { LIST_OPTIONS, withStore, writeList, writtenAddress, type ListColumn, type StoredList } from './stored-list.ts';
import { standardTerminal } from './terminal.ts';
import { readableTime, timestamp } from './timestamp.ts';

export const assetsCommand: Command = {
  name: 'assets',
  usage: '[options] [DEVICE]',
  summary: 'list the devices that a site database knows, or tell one of them with its evidence',
  options: [
    ...LIST_OPTIONS,
    { name: 'role', value: 'ROLE', text: 'only these: controller, hmi, gateway …' },
    { name: 'vendor', value: 'TEXT', text: 'only where the name of the vendor contains it' },
    { name: 'segment', value: 'NAME', text: 'only of this segment' },
    { name: 'protocol', value: 'NAME', text: 'only what spoke it' },
  ],
  operandsMax: 1,
  notes: [
    'DEVICE is an address, a name or an id: each field is told with the claim that it shows, how sure that is, and what says otherwise.',
    "'1sec analyze --save site.db FILE' makes the database, and adds to it.",
    'In CSV a cell that a spreadsheet would take for a formula has an apostrophe before it.',
    'The shape of --json: docs/formats.md.',
  ],
  run: (line) => Promise.resolve(runAssets(line)),
};

function runAssets(line: CommandLine): number {
  const [device] = line.operands;
  const isList = line.options.has('json') || line.options.has('csv');
  const isFound = withStore(line, (store) => {
    const captures = line.options.has('json') ? store.captures().map(fileJson) : [];
    const found = store.assets(filterOf(line));
    if (device !== undefined && !isList) return writeDevices(line, found);
    writeList(line, ASSETS, found, { captures });
    return true;
  });
  if (!isFound) throw new UsageError(`no device is called '${showable(device!)}'; '1sec assets' lists them`);
  return ExitCode.ok;
}

/** Whether there are any. */
function writeDevices(line: CommandLine, devices: Iterable<Asset>): boolean {
  const terminal = standardTerminal(line.options.get('color') ?? 'auto');
  let separator = '';
  for (const device of devices) {
    writeOutput(`${separator}${assetLines(device, terminal).join('\n')}\n`);
    separator = '\n';
  }
  return separator !== '';
}

function filterOf({ options, operands }: CommandLine): AssetFilter {
  const [device] = operands;
  const role = options.get('role');
  const vendor = options.get('vendor');
  const segment = options.get('segment');
  const protocol = options.get('protocol');
  return {
    ...(device === undefined ? {} : { device: writtenAddress(device) }),
    ...(role === undefined ? {} : { role }),
    ...(vendor === undefined ? {} : { vendor }),
    ...(segment === undefined ? {} : { segment }),
    ...(protocol === undefined ? {} : { protocol }),
  };
}

function column(title: string, weight: number, cell: (asset: Asset) => string | number | null): ListColumn<Asset> {
  return { title, weight, cell: (asset) => showable(String(cell(asset) ?? '')) };
}

const ASSETS: StoredList<Asset> = {
  name: 'assets',
  columns: [
    column('device', Infinity, ({ ip, mac, id }) => {
      const address = ip[0] ?? mac[0] ?? id;
      return ip.length > 1 ? `${address} +${ip.length - 1}` : address;
    }),
    { ...column('unit', 9, (asset) => asset.unit), isNumber: true },
    column('segment', 8, (asset) => (asset.segment === 'default' ? '' : asset.segment)),
    column('name', 3, (asset) => asset.name),
    column('role', 10, (asset) => asset.role),
    { ...column('level', 6, (asset) => asset.level), isNumber: true },
    column('vendor', 7, (asset) => asset.vendor),
    column('model', 5, (asset) => asset.model),
    column('firmware', 4, (asset) => asset.firmware),
    column('login', 3, (asset) => hardeningOf(asset)),
    column('protocols', 2, (asset) => asset.protocols.join(' ')),
    column('last seen', 1, (asset) => readableTime(asset.lastUs)),
  ],
  csvTitles: [
    'id',
    'segment',
    'ip',
    'mac',
    'unit',
    'role',
    'level',
    'vendor',
    'model',
    'firmware',
    'serial',
    'name',
    'hardening',
    'protocols',
    'first',
    'last',
  ],
  csvCells: (asset) => [
    asset.id,
    asset.segment,
    asset.ip.join(' '),
    asset.mac.join(' '),
    asset.unit,
    asset.role,
    asset.level,
    asset.vendor,
    asset.model,
    asset.firmware,
    asset.serial,
    asset.name,
    hardeningOf(asset),
    asset.protocols.join(' '),
    timestamp(asset.firstUs),
    timestamp(asset.lastUs),
  ],
  json: assetJson,
};
