// The queue of alerts, and one alert: what happened, the proof of it, and what an operator makes of it.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { SEVERITIES, STATUSES, type Alert, type Page } from './api.ts';
import { AlertActions } from './actions.tsx';
import {
  CsvLink,
  AssetLink,
  Choice,
  Pager,
  PartyText,
  SeverityMark,
  Show,
  timeText,
  useAnswer,
  useFilteredSearch,
} from './parts.tsx';
import { CourseOfAlert } from './course.tsx';
import { Proof } from './proof.tsx';
import { texts } from './texts.ts';

const words = texts.alerts;

const PAGE_ROWS = 100;

export function AlertsPage(): JSX.Element {
  const { search, filters, change, offset, setOffset, box } = useFilteredSearch(['severity', 'status', 'asset']);
  const loaded = useAnswer<Page<Alert>>('/api/alerts', { search, ...filters, offset, limit: PAGE_ROWS });
  return (
    <>
      <h1>{words.title}</h1>
      <div class="filters">
        {box}
        <CsvLink list="alerts" query={{ search, ...filters }} />
        <Choice
          label={words.atLeast}
          value={filters.severity}
          change={(value) => change('severity', value)}
          choices={SEVERITIES.map((name) => [name, name])}
        />
        <Choice
          label={words.state}
          value={filters.status}
          change={(value) => change('status', value)}
          choices={STATUSES.map((name) => [name, name])}
        />
        {filters.asset !== '' && (
          <span>
            <AssetLink id={filters.asset}>{words.of(filters.asset)}</AssetLink>{' '}
            <button type="button" onClick={() => change('asset', '')}>
              {words.ofAll}
            </button>
          </span>
        )}
      </div>
      <Show loaded={loaded}>
        {({ items, total }) => (
          <>
            <AlertTable alerts={items} />
            <Pager offset={offset} limit={PAGE_ROWS} total={total} go={setOffset} />
          </>
        )}
      </Show>
    </>
  );
}

export function AlertTable({ alerts }: { readonly alerts: readonly Alert[] }): JSX.Element {
  if (alerts.length === 0) return <p class="empty">{words.nothing}</p>;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{words.severity}</th>
          <th scope="col">{words.what}</th>
          <th scope="col">{words.toWhom}</th>
          <th scope="col">{words.byWhom}</th>
          <th scope="col">{words.last}</th>
          <th scope="col" class="number">
            {words.times}
          </th>
          <th scope="col">{words.state}</th>
        </tr>
      </thead>
      <tbody>
        {alerts.map((alert) => (
          <tr key={alert.id}>
            <td>
              <SeverityMark severity={alert.severity} />
            </td>
            <td>
              <a href={`#/alerts/${encodeURIComponent(alert.id)}`}>{alert.title}</a>
            </td>
            <td>
              <PartyText party={alert.subject} />
            </td>
            <td>
              <PartyText party={alert.peer} />
            </td>
            <td>{timeText(alert.last)}</td>
            <td class="number">{alert.count}</td>
            <td>{texts.actions.statuses[alert.state.status]}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function AlertPage({ id }: { readonly id: string }): JSX.Element {
  const [changed, setChanged] = useState<Alert | null>(null);
  const loaded = useAnswer<Alert>(`/api/alerts/${encodeURIComponent(id)}`);
  return (
    <Show loaded={loaded}>
      {(read) => {
        const alert = changed ?? read;
        return (
          <article>
            <h1>
              <SeverityMark severity={alert.severity} /> {alert.title}
            </h1>
            <p class="explanation">{alert.explanation}</p>
            <AlertActions alert={alert} changed={setChanged} />
            <h2>{words.whatToDo}</h2>
            <p>{alert.advice}</p>
            <h2>{words.facts}</h2>
            <dl class="facts">
              <dt>{words.happenedTo}</dt>
              <dd>
                <PartyText party={alert.subject} />
              </dd>
              <dt>{words.doneBy}</dt>
              <dd>
                <PartyText party={alert.peer} />
              </dd>
              {alert.object !== '' && (
                <>
                  <dt>{words.object}</dt>
                  <dd>{alert.object}</dd>
                </>
              )}
              <dt>{words.when}</dt>
              <dd>{words.span(timeText(alert.first), timeText(alert.last), alert.count)}</dd>
              {alert.incident !== null && (
                <>
                  <dt>{words.partOf}</dt>
                  <dd>
                    <a href={`#/incidents/${encodeURIComponent(alert.incident)}`}>{words.incident(alert.incident)}</a>
                  </dd>
                </>
              )}
              <dt>{words.techniques}</dt>
              <dd>{alert.techniques.join(', ') || '–'}</dd>
              <dt>{words.kind}</dt>
              <dd>{words.kindOf(alert.kind, alert.id)}</dd>
            </dl>
            {alert.object !== '' && alert.kind.startsWith('process-guard/') && <CourseOfAlert alert={alert} />}
            <Proof alert={alert} />
          </article>
        );
      }}
    </Show>
  );
}
