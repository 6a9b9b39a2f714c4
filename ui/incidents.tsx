// Incidents: alerts that belong together, told as one story.
import type { JSX } from 'preact';
import type { Incident, Page } from './api.ts';
import { PagedTable, AssetLink, SeverityMark, Show, timeText, useAnswer, useSearch } from './parts.tsx';
import { texts } from './texts.ts';

const words = texts.incidents;

const PAGE_ROWS = 50;

export function IncidentLink({ incident }: { readonly incident: Incident }): JSX.Element {
  return <a href={`#/incidents/${encodeURIComponent(incident.id)}`}>{incident.title}</a>;
}

export function IncidentsPage(): JSX.Element {
  const { search, offset, setOffset, box } = useSearch();
  const loaded = useAnswer<Page<Incident>>('/api/incidents', { search, offset, limit: PAGE_ROWS });
  return (
    <>
      <h1>{words.title}</h1>
      <div class="filters">{box}</div>
      <Show loaded={loaded}>
        {({ items, total }) => (
          <PagedTable
            {...{ headings: words.headings, nothing: words.nothing, total, offset, limit: PAGE_ROWS, go: setOffset }}
          >
            {items.map((incident) => (
              <tr key={incident.id}>
                <td>
                  <SeverityMark severity={incident.severity} />
                </td>
                <td>
                  <IncidentLink incident={incident} />
                </td>
                <td class="number">{incident.hostCount}</td>
                <td class="number">{incident.stepCount}</td>
                <td>{timeText(incident.first)}</td>
                <td>{timeText(incident.last)}</td>
              </tr>
            ))}
          </PagedTable>
        )}
      </Show>
    </>
  );
}

export function IncidentPage({ id }: { readonly id: string }): JSX.Element {
  const loaded = useAnswer<Incident>(`/api/incidents/${encodeURIComponent(id)}`);
  return (
    <Show loaded={loaded}>
      {(incident) => (
        <article>
          <h1>
            <SeverityMark severity={incident.severity} /> {incident.title}
          </h1>
          <h2>{words.who}</h2>
          <ul>
            {incident.hosts.map((host, index) => (
              <li key={index}>
                <AssetLink id={host.asset}>{host.ip ?? host.mac ?? host.asset}</AssetLink>: {host.part}
              </li>
            ))}
          </ul>
          <h2>{words.story}</h2>
          <ol class="story">
            {incident.steps.map((step) => (
              <Step key={step.alert} incident={incident} step={step} />
            ))}
          </ol>
          <p>{words.techniques(incident.techniques.join(', ') || '–')}</p>
        </article>
      )}
    </Show>
  );
}

function Step(props: { readonly incident: Incident; readonly step: Incident['steps'][number] }): JSX.Element {
  const { incident, step } = props;
  const alert = incident.alerts?.find(({ id }) => id === step.alert);
  const name = (index: number | null): string => {
    const host = index === null ? undefined : incident.hosts[index];
    return host === undefined ? '' : (host.ip ?? host.mac ?? host.asset);
  };
  const way = [name(step.from), name(step.to)].filter((word) => word !== '').join(' → ');
  return (
    <li>
      <SeverityMark severity={step.severity} /> {timeText(step.time)} {step.stage}: {way}:{' '}
      <a href={`#/alerts/${encodeURIComponent(step.alert)}`}>{step.title}</a>
      {alert === undefined ? '' : ` (${alert.state.status})`}
      {alert !== undefined && <p>{alert.explanation}</p>}
    </li>
  );
}
