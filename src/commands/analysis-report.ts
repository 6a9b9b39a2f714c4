// Turns the result of an analysis into a report for a person: the verdict first, then devices, conversations, alerts.
import { severityRank } from '../alerts/severity.ts';
import { techniqueText } from '../alerts/techniques.ts';
import { grouped, showable } from '../bytes/text.ts';
import type { Alert, AlertParty } from '../facts/alert.ts';
import type { Asset } from '../facts/asset.ts';
import { assetDescription, countsText, framesText, listText, partyText, whenText, worstFirst } from './alert-text.ts';
import type { AnalysisFindings } from '../engine/analysis.ts';
import { incidentLines } from './incident-text.ts';
import { readableBytes } from './progress.ts';
import { bold, faint, severityText, tableLines, wrapped } from './terminal.ts';
import type { Terminal } from './terminal.ts';
import { readableDuration, readableTime } from './timestamp.ts';

/** What the report says about the program itself. */
export interface Coverage {
  readonly modules: number;
  readonly modulesPlanned: number;
  /** Titles of the protocols that are decoded. */
  readonly protocols: readonly string[];
  /** Where the frames came from, where not from files: `on eth0`. */
  readonly input?: string;
}

const DEVICES_SHOWN_MAX = 100;
const SERVICES_SHOWN_MAX = 20;
const ALERTS_SHOWN_MAX = 100;
/** Long lines are hard to read, however wide the terminal. */
const TEXT_WIDTH_MAX = 110;
const LABEL_WIDTH = 12;

export function analysisReport(result: AnalysisFindings, terminal: Terminal, coverage: Coverage): string {
  const sections = [
    verdictLines(result, terminal, coverage),
    deviceLines(result, terminal),
    conversationLines(result, terminal),
    incidentLines(result.incidents, terminal),
    alertLines(result, terminal),
  ];
  return `${sections
    .filter((section) => section.length > 0)
    .map((section) => section.join('\n'))
    .join('\n\n')}\n`;
}

function verdictLines(result: AnalysisFindings, terminal: Terminal, coverage: Coverage): string[] {
  const width = Math.min(terminal.width, TEXT_WIDTH_MAX);
  const worst = worstFirst(result.alerts)[0];
  const verdict = wrapped(verdictText(result, coverage), width);
  const shown = worst === undefined || severityRank(worst.severity) < severityRank('high');
  const lines = verdict.map((line) => (shown ? bold(terminal, line) : severityText(terminal, worst.severity, line)));
  for (const text of [scopeText(result, coverage), lookedText(result, coverage), caveatText(result)]) {
    if (text !== '') lines.push(...wrapped(text, width));
  }
  return lines;
}

/** The headline, in plain words. */
export function verdictText(result: AnalysisFindings, coverage: Coverage): string {
  if (result.stats.frames === 0) return 'There is nothing to judge: no frame was read.';
  const grave = result.alerts.filter((alert) => severityRank(alert.severity) >= severityRank('medium'));
  if (grave.length > 0) {
    const devices = new Set(grave.map((alert) => alert.subject.asset)).size;
    const titles = [...new Set(worstFirst(grave).map((alert) => showable(alert.title)))];
    const named = titles.slice(0, 3).join('; ');
    const more = titles.length > 3 ? `; and ${titles.length - 3} more` : '';
    return `${countsText(grave)} on ${plural(devices, 'device')}${culpritText(grave)}: ${named}${more}.`;
  }
  if (!result.protocols.some((protocol) => protocol.messages > 0)) {
    return `No conversation in a protocol that this version reads was seen (it reads ${listText(coverage.protocols)}), so there is little to judge.`;
  }
  if (result.alerts.length === 0) return 'Nothing dangerous was seen.';
  return `Nothing dangerous was seen; ${countsText(result.alerts)} to know about.`;
}

/** `, all from 192.0.2.66` where one address did it all. */
function culpritText(alerts: readonly Alert[]): string {
  const culprits = new Set(alerts.map((alert) => alert.peer?.asset ?? ''));
  const peer = alerts[0]!.peer;
  if (culprits.size !== 1 || peer === null) return '';
  return `, ${alerts.length > 1 ? 'all ' : ''}from ${partyText({ ...peer, port: null, unit: null })}`;
}

function scopeText(result: AnalysisFindings, coverage: Coverage): string {
  const { stats, files } = result;
  const firsts = files.map((file) => file.firstUs).filter(Number.isFinite);
  const lasts = files.map((file) => file.lastUs).filter(Number.isFinite);
  const firstUs = Math.min(...firsts);
  const lastUs = Math.max(...lasts);
  const hosts = new Set(result.assets.filter((asset) => asset.unit === null).map((asset) => asset.id)).size;
  const parts = [`${plural(stats.frames, 'frame')} ${coverage.input ?? `in ${plural(files.length, 'file')}`}`];
  if (firsts.length > 0) parts.push(`${readableDuration(lastUs - firstUs)} from ${readableTime(firstUs)} UTC`);
  const units = result.assets.length - hosts;
  parts.push(plural(hosts, 'device') + (units > 0 ? ` and ${plural(units, 'unit')} behind them` : ''));
  parts.push(plural(result.conversationCount, 'conversation'));
  return `${parts.join(', ')}.`;
}

function lookedText(result: AnalysisFindings, coverage: Coverage): string {
  const looked = `${coverage.modules} of ${coverage.modulesPlanned} security modules exist and looked`;
  const { length } = coverage.protocols;
  const understood = `${plural(length, 'protocol')} ${length === 1 ? 'is' : 'are'} understood so far, see '1sec protocols'`;
  return `${looked}; ${understood}${shareText(result)}.`;
}

/** How much of the traffic could be judged by its content at all. */
function shareText(result: AnalysisFindings): string {
  const known = new Set(result.protocols.map((protocol) => protocol.name));
  const sum = (services: AnalysisFindings['conversationsByService']): number =>
    services.reduce((packets, service) => packets + service.packets, 0);
  const all = sum(result.conversationsByService);
  if (all === 0) return '';
  const share = (100 * sum(result.conversationsByService.filter((service) => known.has(service.name)))) / all;
  const percent =
    share > 0 && share < 1 ? 'less than 1' : share > 99 && share < 100 ? 'more than 99' : Math.round(share);
  return ` (${percent} % of the packets here)`;
}

/** What makes the answer less sure, where there is something. */
function caveatText(result: AnalysisFindings): string {
  const { stats } = result;
  const parts: string[] = [];
  const say = (count: number, noun: string, what: string): void => {
    if (count > 0) parts.push(`${plural(count, noun)} ${what}`);
  };
  say(stats.duplicates, 'duplicate frame', 'skipped');
  say(stats.otherLinkFrames, 'frame', 'of no host (an unknown link type, or control of a link) skipped');
  say(stats.streamGaps, 'gap', 'in TCP streams');
  say(stats.timeJumps, 'jump', 'back in time');
  say(stats.flowsForgotten, 'conversation', 'forgotten early for lack of room');
  say(stats.decoderFaults, 'conversation', 'given up because of a defect of this program');
  const violations = Object.values(stats.violations).reduce((sum, count) => sum + count, 0);
  say(violations, 'broken protocol rule', 'noted');
  return parts.length === 0 ? '' : `Also: ${parts.join(', ')}.`;
}

function deviceLines(result: AnalysisFindings, terminal: Terminal): string[] {
  if (result.assets.length === 0) return [];
  const assets = devicesShown(result);
  const hasSegments = new Set(result.assets.map((asset) => asset.segment)).size > 1;
  const text = (value: string | null): string => (value === null ? '' : showable(value));
  const column = (
    title: string,
    weight: number,
    cell: (asset: Asset) => string,
  ): Parameters<typeof tableLines>[2][number] => ({
    title,
    weight,
    cells: assets.map(cell),
  });
  const table = tableLines(terminal, '  ', [
    column(
      'device',
      Infinity,
      (asset) =>
        showable(asset.ip[0] ?? asset.mac[0] ?? asset.id) + (asset.ip.length > 1 ? ` +${asset.ip.length - 1}` : ''),
    ),
    { ...column('unit', 9, (asset) => (asset.unit === null ? '' : String(asset.unit))), isNumber: true },
    column('segment', hasSegments ? 8 : -1, (asset) => (hasSegments ? showable(asset.segment) : '')),
    column('name', 3, (asset) => text(asset.name)),
    column('role', 10, (asset) => text(asset.role)),
    { ...column('level', 6, (asset) => (asset.level === null ? '' : String(asset.level))), isNumber: true },
    column('vendor', 7, (asset) => text(asset.vendor)),
    column('model', 5, (asset) => text(asset.model)),
    column('firmware', 4, (asset) => text(asset.firmware)),
    column('protocols', 2, (asset) => showable(asset.protocols.join(' '))),
    column('mac', 1, (asset) => (asset.ip.length === 0 ? '' : showable(asset.mac[0] ?? ''))),
  ]);
  const more = result.assets.length - assets.length;
  if (more > 0) table.push(`  and ${grouped(more)} more: --json lists all`);
  return [bold(terminal, 'Devices'), ...table];
}

/** All, or where there are too many those that matter most, in the order of all. */
function devicesShown(result: AnalysisFindings): readonly Asset[] {
  if (result.assets.length <= DEVICES_SHOWN_MAX) return result.assets;
  const named = new Set(result.alerts.flatMap((alert) => [alert.subject.asset, alert.peer?.asset ?? '']));
  const matter = (asset: Asset): number =>
    (named.has(asset.id) ? 4 : 0) + (asset.role !== null ? 2 : 0) + (asset.protocols.length > 0 ? 1 : 0);
  const first = [...result.assets].sort((left, right) => matter(right) - matter(left));
  const shown = new Set(first.slice(0, DEVICES_SHOWN_MAX));
  return result.assets.filter((asset) => shown.has(asset));
}

function conversationLines(result: AnalysisFindings, terminal: Terminal): string[] {
  const services = [...result.conversationsByService].sort((first, second) => second.packets - first.packets);
  if (services.length === 0) return [];
  const shown = services.slice(0, SERVICES_SHOWN_MAX);
  const number = (value: number): string => grouped(value);
  const known = new Map(result.protocols.map((protocol) => [protocol.name, protocol]));
  const operations = (name: string): string => {
    const protocol = known.get(name);
    return protocol === undefined ? '' : number(protocol.operations);
  };
  const lines = tableLines(terminal, '  ', [
    { title: 'protocol', weight: Infinity, cells: shown.map((service) => showable(service.name)) },
    { title: 'conversations', weight: 4, cells: shown.map((service) => number(service.count)), isNumber: true },
    { title: 'packets', weight: 3, cells: shown.map((service) => number(service.packets)), isNumber: true },
    { title: 'bytes', weight: 2, cells: shown.map((service) => readableBytes(service.bytes)), isNumber: true },
    { title: 'operations', weight: 1, cells: shown.map((service) => operations(service.name)), isNumber: true },
  ]);
  const more = services.length - shown.length;
  if (more > 0) lines.push(`  and ${number(more)} more`);
  return [bold(terminal, 'Conversations by protocol'), ...lines];
}

function alertLines(result: AnalysisFindings, terminal: Terminal): string[] {
  if (result.alerts.length === 0) return [];
  const alerts = worstFirst(result.alerts);
  const assets = new Map(result.assets.map((asset) => [asset.id, asset]));
  const lines = [bold(terminal, 'Alerts, worst first')];
  for (const alert of alerts.slice(0, ALERTS_SHOWN_MAX)) {
    lines.push('', ...alertHeading(alert, terminal), ...alertBody(alert, result, assets, terminal));
  }
  const more = alerts.length - ALERTS_SHOWN_MAX;
  if (more > 0) lines.push('', `and ${grouped(more)} more: --quiet lists one a line, --json all of each`);
  return lines;
}

function alertHeading(alert: Alert, terminal: Terminal): string[] {
  const label = alert.severity.toUpperCase();
  const [first, ...rest] = wrapped(showable(alert.title), terminal.width - LABEL_WIDTH);
  const padding = ' '.repeat(LABEL_WIDTH - label.length);
  return [
    severityText(terminal, alert.severity, label) + padding + bold(terminal, first!),
    ...rest.map((line) => ' '.repeat(LABEL_WIDTH) + bold(terminal, line)),
  ];
}

function alertBody(
  alert: Alert,
  result: AnalysisFindings,
  assets: ReadonlyMap<string, Asset>,
  terminal: Terminal,
): string[] {
  const party = (side: AlertParty): string => {
    const description = assetDescription(assets.get(side.asset));
    return partyText(side) + (description === '' ? '' : ` (${description})`);
  };
  const lines: string[] = [];
  const say = (label: string, text: string): void => {
    if (text === '') return;
    const width = Math.min(terminal.width, TEXT_WIDTH_MAX) - LABEL_WIDTH;
    wrapped(text, width).forEach((line, index) => {
      const start = index === 0 ? `  ${label}`.padEnd(LABEL_WIDTH) : ' '.repeat(LABEL_WIDTH);
      lines.push(faint(terminal, start) + line);
    });
  };
  if (alert.peer !== null) say('who', party(alert.peer));
  say(alert.peer === null ? 'device' : 'to whom', party(alert.subject));
  say('when', whenText(alert));
  say('what', showable(alert.explanation, 2000));
  say('to do', showable(alert.advice, 2000));
  say('technique', alert.techniques.map(techniqueText).join(', '));
  say('frames', framesText(alert, result.files));
  say('alert', `${alert.kind} ${alert.id}`);
  if (alert.incident !== null) say('incident', alert.incident);
  return lines;
}

function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
