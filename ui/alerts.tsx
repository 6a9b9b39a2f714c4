// The queue of alerts, and one alert: what happened, the proof of it, and what an operator makes of it.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { SEVERITIES, STATUSES, type Alert, type Page } from './api.ts';
import { AlertActions } from './actions.tsx';
import {
  AssetLink,
  Choice,
  Pager,
  PartyText,
  SeverityMark,
  Show,
  timeText,
  useAnswer,
  useFilters,
  useSearch,
} from './parts.tsx';
import { Proof } from './proof.tsx';

const PAGE_ROWS = 100;

export function AlertsPage(): JSX.Element {
  const { search, offset, setOffset, box } = useSearch();
  const [filters, setFilter] = useFilters(['severity', 'status', 'asset']);
  const loaded = useAnswer<Page<Alert>>('/api/alerts', { search, ...filters, offset, limit: PAGE_ROWS });
  const change = (name: keyof typeof filters, value: string): void => {
    setOffset(0);
    setFilter(name, value);
  };
  return (
    <>
      <h1>Alerts</h1>
      <div class="filters">
        {box}
        <Choice
          label="At least"
          value={filters.severity}
          change={(value) => change('severity', value)}
          choices={SEVERITIES.map((name) => [name, name])}
        />
        <Choice
          label="State"
          value={filters.status}
          change={(value) => change('status', value)}
          choices={STATUSES.map((name) => [name, name])}
        />
        {filters.asset !== '' && (
          <span>
            of <AssetLink id={filters.asset}>{filters.asset}</AssetLink>{' '}
            <button type="button" onClick={() => change('asset', '')}>
              of all
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
  if (alerts.length === 0) return <p class="empty">No alert.</p>;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">severity</th>
          <th scope="col">what</th>
          <th scope="col">to whom</th>
          <th scope="col">by whom</th>
          <th scope="col">last (UTC)</th>
          <th scope="col" class="number">
            times
          </th>
          <th scope="col">state</th>
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
            <td>{alert.state.status}</td>
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
            <h2>What to do</h2>
            <p>{alert.advice}</p>
            <h2>The facts</h2>
            <dl class="facts">
              <dt>happened to</dt>
              <dd>
                <PartyText party={alert.subject} />
              </dd>
              <dt>done by</dt>
              <dd>
                <PartyText party={alert.peer} />
              </dd>
              {alert.object !== '' && (
                <>
                  <dt>object</dt>
                  <dd>{alert.object}</dd>
                </>
              )}
              <dt>when (UTC)</dt>
              <dd>
                {timeText(alert.first)} to {timeText(alert.last)}, {alert.count} {alert.count === 1 ? 'time' : 'times'}
              </dd>
              {alert.incident !== null && (
                <>
                  <dt>part of</dt>
                  <dd>
                    <a href={`#/incidents/${encodeURIComponent(alert.incident)}`}>incident {alert.incident}</a>
                  </dd>
                </>
              )}
              <dt>techniques</dt>
              <dd>{alert.techniques.join(', ') || '–'}</dd>
              <dt>kind</dt>
              <dd>
                {alert.kind}, alert {alert.id}
              </dd>
            </dl>
            <Proof alert={alert} />
          </article>
        );
      }}
    </Show>
  );
}
