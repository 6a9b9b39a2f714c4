// The report of devices: what is there, and how sure each field is.
import { hardeningOf } from '../../assets/asset-fields.ts';
import { fieldGrounds } from '../../assets/field-grounds.ts';
import type { Asset } from '../../facts/asset.ts';
import type { SiteSnapshot } from '../site-snapshot.ts';
import { readableTime } from '../timestamp.ts';
import { countTable, html, table, type Html, type HtmlValue } from './html.ts';
import { capturesPart, countsOf, waitingAlerts } from './parts.ts';

export function inventoryReport(site: SiteSnapshot): Html {
  const open = new Map<string, number>();
  for (const { subject } of waitingAlerts(site)) open.set(subject.asset, (open.get(subject.asset) ?? 0) + 1);
  const disputed = site.assets.flatMap((asset) =>
    fieldGrounds(asset.evidence)
      .filter(({ disagrees }) => disagrees.length > 0)
      .map((grounds) => ({ asset, grounds })),
  );
  return html`<h2>Counts</h2>
    ${countTable('Roles', countsOf(site.assets.map(({ role }) => role ?? 'not known')))}
    ${countTable('Vendors', countsOf(site.assets.map(({ vendor }) => vendor ?? 'not known')))}
    <h2>Devices</h2>
    ${table(
      'All that were heard, in the order of segments and addresses',
      [
        { title: 'device', cell: addressCell },
        { title: 'segment', cell: ({ segment }) => segment },
        { title: 'role, level', cell: roleCell },
        { title: 'product', cell: productCell },
        { title: 'firmware', cell: ({ firmware }) => firmware },
        { title: 'serial', cell: ({ serial }) => serial },
        { title: 'protocols', cell: ({ protocols }) => protocols.join(', ') },
        { title: 'logins', cell: (asset) => hardeningOf(asset) },
        { title: 'first and last (UTC)', cell: seenCell },
        { title: 'alerts that wait', isNumber: true, cell: ({ id }) => open.get(id) ?? 0 },
      ],
      site.assets,
    )}
    ${
      disputed.length === 0
        ? html`<p>No two sources contradict each other about a device.</p>`
        : table(
            'Fields about which sources contradict each other',
            [
              { title: 'device', cell: ({ asset }) => addressCell(asset) },
              { title: 'field', cell: ({ grounds }) => grounds.field },
              { title: 'taken', cell: ({ grounds }) => `${grounds.value} (${grounds.source})` },
              { title: 'sure', isNumber: true, cell: ({ grounds }) => `${Math.round(grounds.sure * 100)} %` },
              {
                title: 'said otherwise',
                cell: ({ grounds }) => grounds.disagrees.map(({ value, source }) => `${value} (${source})`).join('; '),
              },
            ],
            disputed,
          )
    }
    ${capturesPart(site.files)}`;
}

function addressCell({ ip, mac, unit, id }: Asset): HtmlValue {
  const addresses = [...ip, ...mac];
  const lines = (addresses.length === 0 ? [id] : addresses).map((line, index) => [
    index === 0 ? '' : html`<br />`,
    line,
  ]);
  return [lines, unit === null ? '' : html`<br />unit ${String(unit)}`];
}

function roleCell({ role, level }: Asset): string {
  return `${role ?? 'not known'}${level === null ? '' : `, level ${level}`}`;
}

function productCell({ name, vendor, model }: Asset): HtmlValue {
  const product = [vendor, model].filter((part) => part !== null).join(' ');
  return name === null ? product : html`<strong>${name}</strong><br />${product}`;
}

function seenCell({ firstUs, lastUs }: Asset): HtmlValue {
  return html`${readableTime(firstUs)}<br />${readableTime(lastUs)}`;
}
