// The report of changes: devices, fields, talks and alerts that are new, and those that are gone.
import type { SiteChanges, SiteTalk } from '../site-changes.ts';
import { actionJson } from '../operator-json.ts';
import type { SiteSnapshot } from '../site-snapshot.ts';
import { readableTime } from '../timestamp.ts';
import { counted, html, table, type Html } from './html.ts';
import { alertTable, assetText, capturesPart } from './parts.ts';

export function changesReport(site: SiteSnapshot, changes: SiteChanges): Html {
  const { added, gone, fields, talksAdded, talksGone, alerts, actions } = changes;
  return html`<h2>In short</h2>
    <p>
      ${counted(added.length, 'device')} new, ${gone.length} not heard any more, ${counted(fields.length, 'field')}
      changed, ${counted(talksAdded.length, 'talk')} new, ${talksGone.length} ended, ${counted(alerts.length, 'alert')}
      new.
    </p>
    <h2>Devices</h2>
    ${added.length === 0 ? html`<p>None is new.</p>` : deviceTable('New', added)}
    ${gone.length === 0 ? html`<p>None is missing.</p>` : deviceTable('Not heard any more', gone)}
    <h2>Fields of devices</h2>
    ${
      fields.length === 0
        ? html`<p>None changed.</p>`
        : table(
            'What a device says about itself otherwise',
            [
              { title: 'device', cell: ({ asset }) => assetText(asset) },
              { title: 'field', cell: ({ field }) => field },
              { title: 'before', cell: ({ before }) => before },
              { title: 'now', cell: ({ after }) => after },
            ],
            fields,
          )
    }
    <h2>Who talks to whom</h2>
    ${talksAdded.length === 0 ? html`<p>Nobody new.</p>` : talkTable('New', talksAdded)}
    ${talksGone.length === 0 ? html`<p>Nobody stopped.</p>` : talkTable('Not any more', talksGone)}
    <h2>Alerts</h2>
    ${alerts.length === 0 ? html`<p>None is new.</p>` : alertTable('New, worst first', alerts, site.states)}
    <h2>What operators did</h2>
    ${
      actions.length === 0
        ? html`<p>Nothing.</p>`
        : table(
            'In the order in which they did it; times are those of the machine',
            [
              { title: 'when (UTC)', cell: ({ timeUs }) => readableTime(timeUs) },
              { title: 'who', cell: ({ operator }) => operator },
              { title: 'what', cell: (action) => String(actionJson(action)['action']) },
              { title: 'alert', cell: ({ alert }) => site.alertsById.get(alert)?.title ?? alert },
              { title: 'why', cell: ({ reason }) => reason },
            ],
            actions,
          )
    }
    ${capturesPart(site.files)}`;
}

function deviceTable(caption: string, assets: SiteChanges['added']): Html {
  return table(
    caption,
    [
      { title: 'device', cell: assetText },
      { title: 'product', cell: ({ vendor, model }) => [vendor, model].filter((part) => part !== null).join(' ') },
      { title: 'firmware', cell: ({ firmware }) => firmware },
      { title: 'first (UTC)', cell: ({ firstUs }) => readableTime(firstUs) },
      { title: 'last (UTC)', cell: ({ lastUs }) => readableTime(lastUs) },
    ],
    assets,
  );
}

function talkTable(caption: string, talks: readonly SiteTalk[]): Html {
  return table(
    caption,
    [
      { title: 'client', cell: ({ client }) => client },
      { title: 'server', cell: ({ server }) => server },
      { title: 'service', cell: ({ service }) => service },
      { title: 'conversations', isNumber: true, cell: ({ conversations }) => conversations },
      { title: 'first (UTC)', cell: ({ firstUs }) => readableTime(firstUs) },
      { title: 'last (UTC)', cell: ({ lastUs }) => readableTime(lastUs) },
      { title: 'answered', cell: ({ isAnswered }) => (isAnswered ? 'yes' : 'no') },
    ],
    talks,
  );
}
