// The report of logins: which devices are open, and what was found about how people and programs log in.
import { hardeningOf } from '../../assets/asset-fields.ts';
import type { Alert } from '../../facts/alert.ts';
import { isWaiting, type SiteSnapshot } from '../site-snapshot.ts';
import { counted, countTable, html, table, type Html } from './html.ts';
import { alertTable, assetText, capturesPart, countsOf } from './parts.ts';

const MODULES: readonly string[] = ['credential-auditor', 'access-watch'];

export function credentialsReport(site: SiteSnapshot): Html {
  const found = site.alerts.filter(({ module }) => MODULES.includes(module));
  const guarded = site.assets.filter((asset) => hardeningOf(asset) !== null);
  const open = found.filter((alert) => isWaiting(site.states.of(alert).status));
  const devices = new Map(site.assets.map((asset) => [asset.id, asset]));
  return html`<h2>In short</h2>
    <p>${shortText(found, open, guarded.length)} No secret is in this report: none was kept.</p>
    ${countTable('Findings by kind', countsOf(found.map(({ title }) => title)))}
    <h2>Devices that somebody logged in to</h2>
    ${
      guarded.length === 0
        ? html`<p>None was seen.</p>`
        : table(
            'How they are guarded, the worst that was seen',
            [
              { title: 'device', cell: assetText },
              { title: 'guarded', cell: (asset) => hardeningOf(asset) },
              {
                title: 'findings',
                isNumber: true,
                cell: ({ id }) => found.filter(({ subject }) => subject.asset === id).length,
              },
            ],
            guarded,
          )
    }
    <h2>Findings</h2>
    ${found.length === 0 ? html`<p>None.</p>` : alertTable('Worst first', found, site.states)}
    ${adviceList(open, (id) => devices.has(id))} ${capturesPart(site.files)}`;
}

function shortText(found: readonly Alert[], open: readonly Alert[], guarded: number): string {
  if (found.length === 0)
    return `Logins to ${counted(guarded, 'device')} were seen; nothing about them was found wrong.`;
  const subjects = new Set(open.map(({ subject }) => subject.asset));
  return `${counted(found.length, 'finding')}, of which ${open.length} ${open.length === 1 ? 'waits' : 'wait'}, on ${counted(subjects.size, 'device')}.`;
}

/** What to do, once for each kind. */
function adviceList(open: readonly Alert[], isKnown: (asset: string) => boolean): Html {
  const byTitle = new Map<string, { advice: string; devices: Set<string> }>();
  for (const { title, advice, subject } of open) {
    const known = byTitle.get(title) ?? { advice, devices: new Set<string>() };
    if (isKnown(subject.asset)) known.devices.add(subject.asset);
    byTitle.set(title, known);
  }
  if (byTitle.size === 0) return html``;
  const items = [...byTitle].map(
    ([title, { advice, devices }]) =>
      html`<li><strong>${title}</strong> (${counted(devices.size, 'device')}): ${advice}</li> `,
  );
  return html`<h2>What to do</h2>
    <ul>
      ${items}
    </ul>`;
}
