// The report of zones and conduits: which parts the plant has, who talks to whom across them, and what no conduit allows.
import type { Policy, PolicyZone } from '../../facts/policy.ts';
import { readableBytes } from '../progress.ts';
import type { SiteSnapshot } from '../site-snapshot.ts';
import {
  CROSSING_VERDICTS,
  siteSegmentation,
  type SiteSegmentation,
  type SiteZone,
  type ZoneCell,
  type ZoneService,
} from '../stored-zones.ts';
import { readableTime } from '../timestamp.ts';
import { counted, html, table, type Html, type HtmlValue } from './html.ts';
import { capturesPart, compareText } from './parts.ts';

/** Zones of one matrix: more fit no page. */
const MATRIX_MAX = 24;
/** Services that one cell names. */
const NAMED_MAX = 4;
const ADDRESSES_NAMED_MAX = 12;

interface CrossingRow extends ZoneService {
  readonly from: SiteZone;
  readonly to: SiteZone;
}

export function segmentationReport(site: SiteSnapshot, policy: Policy | null, declared: readonly PolicyZone[]): Html {
  const segmentation = siteSegmentation(site.assets, site.conversations, policy, declared);
  const rows = crossingsOf(segmentation);
  const violating = rows.filter(({ verdict }) => verdict === 'violating');
  return html`<h2>In short</h2>
    <p>${shortText(segmentation, rows, violating.length)}</p>
    <h2>Zones</h2>
    ${zoneTable(segmentation.zones)}
    <h2>Who talks to whom</h2>
    ${matrix(segmentation)}
    ${
      violating.length === 0
        ? ''
        : html`<h2>What no conduit allows</h2>
            ${crossingTable('Violations of the policy', violating)}`
    }
    <h2>Crossings</h2>
    ${
      rows.length === 0
        ? html`<p>Nothing passed from one zone into another.</p>`
        : crossingTable('Every service that passed from one zone into another', rows)
    }
    <p class="small">
      ${counted(segmentation.outside, 'conversation')} of the link, of groups, and of addresses that do not leave their
      link are in none of these tables. How much of a protocol was used (reading or writing) is judged while frames are
      read, not here: see the alerts of conduit-keeper.
    </p>
    ${capturesPart(site.files)}`;
}

function shortText(
  { zones, hasPolicy, declaredCount }: SiteSegmentation,
  rows: readonly CrossingRow[],
  violating: number,
): string {
  const there = `${counted(zones.length, 'zone')}, ${counted(rows.length, 'crossing')}.`;
  if (!hasPolicy) {
    const which = declaredCount > 0 ? 'those of 1sec.yaml, others are inferred' : 'inferred';
    return `${there} No policy was given: the zones are ${which} from who talks to whom, and nothing is judged.`;
  }
  return `${there} ${violating === 0 ? 'The policy allows all of them.' : `The policy allows none of ${violating} of them.`}`;
}

function zoneTable(zones: readonly SiteZone[]): Html {
  return table(
    'Zones',
    [
      { title: 'number', isNumber: true, cell: (zone) => zones.indexOf(zone) + 1 },
      { title: 'zone', cell: ({ name }) => name },
      { title: 'level', cell: ({ level }) => (level === null ? null : String(level)) },
      { title: 'hosts', isNumber: true, cell: ({ hosts }) => hosts.length },
      {
        title: 'which',
        cell: ({ hosts }) =>
          namedText(
            hosts.map(({ address }) => address),
            ADDRESSES_NAMED_MAX,
          ),
      },
      { title: 'why', cell: ({ because }) => because },
    ],
    zones,
  );
}

function matrix({ zones, cells }: SiteSegmentation): Html {
  const shown = zones.slice(0, MATRIX_MAX);
  const byPlace = new Map(cells.map((cell) => [`${cell.from} ${cell.to}`, cell]));
  const head = shown.map((_, index) => html`<th scope="col">${index + 1}</th>`);
  const rows = shown.map(({ name }, from) => {
    const row = shown.map((_, to) => matrixCell(byPlace.get(`${from} ${to}`), from === to));
    return html`<tr>
      <th scope="row">${from + 1} ${name}</th>
      ${row}
    </tr> `;
  });
  const left = zones.length - shown.length;
  return html`<table>
      <caption>
        From the zone of the row to that of the column: ✗ violates, ✓ is allowed, ? was tried in vain, · is observed
        without a policy
      </caption>
      <thead>
        <tr>
          <th scope="col">from \\ to</th>
          ${head}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
    ${left > 0 ? html`<p class="small">${left} more zones do not fit; their crossings are below.</p>` : ''}`;
}

const VERDICT_MARKS = { violating: '✗', observed: '·', unanswered: '?', allowed: '✓' } as const;

function matrixCell(cell: ZoneCell | undefined, isWithin: boolean): HtmlValue {
  if (cell === undefined) return isWithin ? html`<td class="within"></td>` : html`<td></td>`;
  const name = cell.verdict ?? 'within';
  const mark = cell.verdict === null ? '' : `${VERDICT_MARKS[cell.verdict]} `;
  const services = namedText(
    cell.services.map(({ service }) => service),
    NAMED_MAX,
  );
  return html`<td class="${name}">
    ${mark}${services}<br /><span class="small">${counted(cell.pairs, 'pair')}</span>
  </td>`;
}

function crossingTable(caption: string, rows: readonly CrossingRow[]): Html {
  return table(
    caption,
    [
      { title: 'from', cell: ({ from }) => from.name },
      { title: 'to', cell: ({ to }) => to.name },
      { title: 'service', cell: ({ service }) => service },
      { title: 'ports', cell: ({ ports }) => namedText(ports, NAMED_MAX) },
      { title: 'verdict', cell: ({ verdict }) => (verdict === null ? '' : `${VERDICT_MARKS[verdict]} ${verdict}`) },
      { title: 'conversations', isNumber: true, cell: ({ conversations }) => conversations },
      { title: 'pairs', isNumber: true, cell: ({ pairs }) => pairs },
      { title: 'bytes', isNumber: true, cell: ({ bytes }) => readableBytes(bytes) },
      {
        title: 'first and last (UTC)',
        cell: (row) => html`${readableTime(row.firstUs)}<br />${readableTime(row.lastUs)}`,
      },
    ],
    rows,
  );
}

/** The worst verdict first, then in the order of the zones. */
function crossingsOf({ zones, cells }: SiteSegmentation): CrossingRow[] {
  const rows = cells
    .filter(({ from, to }) => from !== to)
    .flatMap(({ from, to, services }) =>
      services.map((service) => ({ ...service, from: zones[from]!, to: zones[to]!, place: from * zones.length + to })),
    );
  const rank = ({ verdict }: ZoneService): number => (verdict === null ? -1 : CROSSING_VERDICTS.indexOf(verdict));
  return rows.sort(
    (left, right) => rank(left) - rank(right) || left.place - right.place || compareText(left.service, right.service),
  );
}

function namedText(names: readonly string[], maximum: number): string {
  const more = names.length - maximum;
  return more > 0 ? `${names.slice(0, maximum).join(', ')} and ${more} more` : names.join(', ');
}
