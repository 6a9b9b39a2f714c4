// The report for who decides: what is there, what is wrong, what it asks of people, and how much the verdict saw.
import { SEVERITY_ASKS } from '../../alerts/severity.ts';
import { scopeOf } from '../../bytes/address-space.ts';
import { SEVERITIES, type Alert, type Incident } from '../../facts/alert.ts';
import { listText } from '../alert-text.ts';
import { isWaiting, type SiteSnapshot } from '../site-snapshot.ts';
import { readableTime } from '../timestamp.ts';
import { counted, countTable, html, severityMark, table, type Html } from './html.ts';
import { alertCard, capturesPart, countsOf, severityCounts, waitingAlerts } from './parts.ts';

const INCIDENTS_SHOWN = 5;
const ALERTS_SHOWN = 10;

export function executiveReport(site: SiteSnapshot): Html {
  const waiting = waitingAlerts(site);
  const ids = new Set(waiting.map(({ id }) => id));
  const incidents = site.incidents.filter(({ steps }) => steps.some(({ alert }) => ids.has(alert)));
  return html`<h2>In short</h2>
    <p>${shortText(site, waiting, incidents)}</p>
    ${asksTable(waiting)}
    ${
      incidents.length === 0
        ? ''
        : html`<h2>Incidents that need a decision</h2>
            ${incidents.slice(0, INCIDENTS_SHOWN).map(incidentCard)}`
    }
    <h2>The worst alerts</h2>
    ${waiting.length === 0 ? html`<p>None waits for anybody.</p>` : waiting.slice(0, ALERTS_SHOWN).map(alertCard)}
    ${waiting.length > ALERTS_SHOWN ? html`<p class="small">${waiting.length - ALERTS_SHOWN} more wait.</p>` : ''}
    <h2>What is on the network</h2>
    ${countTable('Roles', countsOf(site.assets.map(({ role }) => role ?? 'not known')))}
    ${countTable('Protocols, by conversations', countsOf(site.conversations.map(({ protocol }) => protocol ?? 'not recognised')))}
    <h2>What operators did</h2>
    ${countTable('Alerts by state', countsOf(site.alerts.map((alert) => site.states.of(alert).status)))}
    ${capturesPart(site.files)}
    <p class="small">${limitsText(site)}</p>`;
}

function shortText(site: SiteSnapshot, waiting: readonly Alert[], incidents: readonly Incident[]): string {
  const there = `${counted(site.assets.length, 'device')} ${site.assets.length === 1 ? 'was' : 'were'} heard.`;
  const outside = new Set(
    site.conversations
      .filter(({ isAnswered }) => isAnswered)
      .flatMap(({ client, server }) => [client.address, server.address])
      .filter((address) => scopeOf(address) === 'public'),
  );
  const contact =
    outside.size === 0 ? 'Nobody talked to the Internet.' : `${counted(outside.size, 'public address')} took part.`;
  if (waiting.length === 0) return `${there} ${contact} No alert waits for anybody.`;
  const counts = severityCounts(waiting).filter(({ count }) => count > 0);
  const parts = counts.map(({ name, count }) => `${count} ${name}`);
  const stories = incidents.length === 0 ? '' : ` ${counted(incidents.length, 'incident')} joined from them.`;
  return `${there} ${contact} ${counted(waiting.length, 'alert')} ${waiting.length === 1 ? 'waits' : 'wait'}: ${listText(parts)}.${stories}`;
}

function asksTable(waiting: readonly Alert[]): Html {
  return table(
    'What waits, and what it asks',
    [
      { title: 'severity', cell: (severity) => severityMark(severity) },
      {
        title: 'how many',
        isNumber: true,
        cell: (severity) => waiting.filter((alert) => alert.severity === severity).length,
      },
      { title: 'what it asks of a person', cell: (severity) => SEVERITY_ASKS[severity] },
    ],
    [...SEVERITIES].reverse(),
  );
}

function incidentCard(incident: Incident): Html {
  const name = (index: number): string => {
    const host = incident.hosts[index];
    return host === undefined ? '' : (host.ip ?? host.mac ?? host.asset);
  };
  const steps = table(
    'Its steps',
    [
      { title: 'when (UTC)', cell: ({ timeUs }) => readableTime(timeUs) },
      { title: 'stage', cell: ({ stage }) => stage },
      { title: 'who', cell: ({ from, to }) => [name(from), name(to)].filter((host) => host !== '').join(' → ') },
      { title: 'what', cell: ({ title }) => title },
    ],
    incident.steps,
  );
  return html`<h3>${severityMark(incident.severity)} ${incident.title}</h3>
    ${steps}`;
}

/** Silence is told: what the verdict could not see. */
function limitsText({ files, conversations, alerts, states }: SiteSnapshot): string {
  const damaged = files.filter(({ damage }) => damage !== null).length;
  const unknown = conversations.filter(({ protocol, isAnswered }) => protocol === null && isAnswered).length;
  const settled = alerts.filter((alert) => !isWaiting(states.of(alert).status)).length;
  return [
    'This report knows what these captures show and nothing else: what does not pass the tap is not in it.',
    damaged === 0 ? 'No capture is damaged.' : `${counted(damaged, 'capture')} damaged: what is behind is missing.`,
    `${counted(unknown, 'answered conversation')} of no protocol that is decoded.`,
    `${counted(settled, 'alert')} left out above, since an operator closed or accepted them.`,
  ].join(' ');
}
