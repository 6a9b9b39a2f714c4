// The pages that stand alone: overview, modules, the log. Each asks the API for what it shows.
import type { JSX } from 'preact';
import { SEVERITIES, type Action, type Counted, type Module, type Overview, type Page } from './api.ts';
import { PagedTable, SeverityMark, Show, actionText, timeText, useAnswer, useSearch } from './parts.tsx';
import { IncidentLink } from './incidents.tsx';
import { SiteLog } from './site-log.tsx';
import { texts } from './texts.ts';

const words = texts.overview;

const PAGE_ROWS = 100;

export function OverviewPage(): JSX.Element {
  const loaded = useAnswer<Overview>('/api/overview');
  return (
    <Show loaded={loaded}>
      {(site) => (
        <>
          <h1>{words.title}</h1>
          {site.worstIncidents.length > 0 && (
            <ul class="worst">
              {site.worstIncidents.map((incident) => (
                <li key={incident.id}>
                  <SeverityMark severity={incident.severity} /> <IncidentLink incident={incident} />
                  <p>{words.incident(incident.stepCount, timeText(incident.first), timeText(incident.last))}</p>
                </li>
              ))}
            </ul>
          )}
          {site.worstIncidents.length > 0 && <h2>{words.waiting}</h2>}
          {site.worst.length === 0 ? (
            <p class="empty">{words.nothing}</p>
          ) : (
            <ul class="worst alerts">
              {site.worst.map((alert) => (
                <li key={alert.id}>
                  <SeverityMark severity={alert.severity} />{' '}
                  <a href={`#/alerts/${encodeURIComponent(alert.id)}`}>{alert.title}</a>
                  <p>{alert.explanation}</p>
                </li>
              ))}
            </ul>
          )}
          <h2>{words.site}</h2>
          <dl class="figures">
            <Figure name={words.devices} value={site.assets} link="#/assets" />
            <Figure name={words.incidentsWaiting} value={site.incidents} link="#/incidents" />
            <Figure name={words.alertsWaiting} value={site.waiting} link="#/alerts" />
            <Figure name={words.alertsAll} value={site.alerts} link="#/alerts" />
            <Figure name={words.conversations} value={site.conversations} link="#/conversations" />
            <Figure name={words.modules(site.modulesPlanned)} value={site.modules} link="#/modules" />
          </dl>
          <div class="columns">
            <CountTable
              title={words.waiting}
              rows={SEVERITIES.map((name) => ({ name, count: site.bySeverity[name] }))}
            />
            <CountTable title={words.roles} rows={site.roles} />
            <CountTable title={words.protocols} rows={site.protocols} />
          </div>
          <h2>{words.captures}</h2>
          <ul>
            {site.captures.map((capture) => (
              <li key={capture.path}>
                {words.capture(capture.path, capture.frames, timeText(capture.first), timeText(capture.last))}
              </li>
            ))}
          </ul>
        </>
      )}
    </Show>
  );
}

function Figure({
  name,
  value,
  link,
}: {
  readonly name: string;
  readonly value: number;
  readonly link: string;
}): JSX.Element {
  return (
    <div>
      <dt>
        <a href={link}>{name}</a>
      </dt>
      <dd>{value}</dd>
    </div>
  );
}

function CountTable({ title, rows }: { readonly title: string; readonly rows: readonly Counted[] }): JSX.Element {
  return (
    <table class="counts">
      <caption>{title}</caption>
      <tbody>
        {rows.map(({ name, count }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td class="number">{count}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function ModulesPage(): JSX.Element {
  const loaded = useAnswer<Page<Module>>('/api/modules');
  return (
    <Show loaded={loaded}>
      {({ items }) => (
        <>
          <h1>{texts.modules.title}</h1>
          {items.map((module) => (
            <section key={module.name}>
              <h2>{module.title}</h2>
              <p>{module.purpose}</p>
              <table>
                <tbody>
                  {module.kinds.map((kind) => (
                    <tr key={kind.kind}>
                      <td>
                        <SeverityMark severity={kind.severity} />
                      </td>
                      <td>{kind.title}</td>
                      <td>{kind.why}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          ))}
        </>
      )}
    </Show>
  );
}

/** What operators did, the newest first. */
export function LogPage(): JSX.Element {
  const { search, offset, setOffset, box } = useSearch();
  const loaded = useAnswer<Page<Action>>('/api/actions', { search, offset, limit: PAGE_ROWS });
  return (
    <>
      <h1>{texts.log.title}</h1>
      <div class="filters">{box}</div>
      <Show loaded={loaded}>
        {({ items, total }) => (
          <PagedTable
            {...{
              headings: texts.log.headings,
              nothing: texts.log.nothing,
              total,
              offset,
              limit: PAGE_ROWS,
              go: setOffset,
            }}
          >
            {items.map((action) => (
              <tr key={action.id}>
                <td class="number">{action.id}</td>
                <td>{timeText(action.time)}</td>
                <td>{action.operator}</td>
                <td>{actionText(action)}</td>
                <td>
                  <a href={`#/alerts/${encodeURIComponent(action.alert)}`}>{action.title ?? action.alert}</a>
                </td>
                <td>{action.reason || '–'}</td>
              </tr>
            ))}
          </PagedTable>
        )}
      </Show>
      <SiteLog />
    </>
  );
}
