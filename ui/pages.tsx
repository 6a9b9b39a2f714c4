// The pages: overview, devices, conversations, modules, the log. Each asks the API for what it shows.
import type { JSX } from 'preact';
import {
  SEVERITIES,
  type Action,
  type Alert,
  type Asset,
  type Conversation,
  type Counted,
  type Field,
  type Module,
  type Overview,
  type Page,
} from './api.ts';
import {
  AssetLink,
  Pager,
  actionText,
  SeverityMark,
  Show,
  TableHead,
  sizeText,
  timeText,
  useAnswer,
  useSearch,
} from './parts.tsx';
import { AlertTable } from './alerts.tsx';
import { IncidentLink } from './incidents.tsx';

const PAGE_ROWS = 100;

export function OverviewPage(): JSX.Element {
  const loaded = useAnswer<Overview>('/api/overview');
  return (
    <Show loaded={loaded}>
      {(site) => (
        <>
          <h1>What needs you now</h1>
          {site.worstIncidents.length > 0 && (
            <ul class="worst">
              {site.worstIncidents.map((incident) => (
                <li key={incident.id}>
                  <SeverityMark severity={incident.severity} /> <IncidentLink incident={incident} />
                  <p>
                    incident of {incident.steps.length} alerts, {timeText(incident.first)} to {timeText(incident.last)}{' '}
                    UTC
                  </p>
                </li>
              ))}
            </ul>
          )}
          {site.worstIncidents.length > 0 && <h2>Alerts that wait</h2>}
          {site.worst.length === 0 ? (
            <p class="empty">Nothing: no alert waits for anybody.</p>
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
          <h2>The site</h2>
          <dl class="figures">
            <Figure name="devices" value={site.assets} link="#/assets" />
            <Figure name="incidents that wait" value={site.incidents} link="#/incidents" />
            <Figure name="alerts that wait" value={site.waiting} link="#/alerts" />
            <Figure name="alerts in all" value={site.alerts} link="#/alerts" />
            <Figure name="conversations" value={site.conversations} link="#/conversations" />
            <Figure name={`of ${site.modulesPlanned} modules look`} value={site.modules} link="#/modules" />
          </dl>
          <div class="columns">
            <CountTable
              title="Alerts that wait"
              rows={SEVERITIES.map((name) => ({ name, count: site.bySeverity[name] }))}
            />
            <CountTable title="Roles" rows={site.roles} />
            <CountTable title="Protocols" rows={site.protocols} />
          </div>
          <h2>What was looked at</h2>
          <ul>
            {site.captures.map((capture) => (
              <li key={capture.path}>
                {capture.path}: {capture.frames} frames, {timeText(capture.first)} to {timeText(capture.last)} UTC
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

export function AssetsPage(): JSX.Element {
  const { search, offset, setOffset, box } = useSearch();
  const loaded = useAnswer<Page<Asset>>('/api/assets', { search, offset, limit: PAGE_ROWS });
  return (
    <>
      <h1>Devices</h1>
      <div class="filters">{box}</div>
      <Show loaded={loaded}>
        {({ items, total }) => (
          <>
            <table>
              <TableHead
                titles={['address', 'role', 'level', 'vendor', 'model', 'firmware', 'protocols', 'last (UTC)']}
              />
              <tbody>
                {items.map((asset) => (
                  <tr key={asset.id}>
                    <td>
                      <AssetLink id={asset.id}>{asset.ip[0] ?? asset.mac[0] ?? asset.id}</AssetLink>
                      {asset.unit === null ? '' : ` unit ${asset.unit}`}
                    </td>
                    <td>{asset.role ?? '–'}</td>
                    <td>{asset.level ?? '–'}</td>
                    <td>{asset.vendor ?? '–'}</td>
                    <td>{asset.model ?? '–'}</td>
                    <td>{asset.firmware ?? '–'}</td>
                    <td>{asset.protocols.join(', ')}</td>
                    <td>{timeText(asset.last)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <Pager offset={offset} limit={PAGE_ROWS} total={total} go={setOffset} />
          </>
        )}
      </Show>
    </>
  );
}

export function AssetPage({ id }: { readonly id: string }): JSX.Element {
  const loaded = useAnswer<Asset>(`/api/assets/${encodeURIComponent(id)}`);
  const alerts = useAnswer<Page<Alert>>('/api/alerts', { asset: id, limit: PAGE_ROWS });
  return (
    <Show loaded={loaded}>
      {(asset) => (
        <article>
          <h1>{asset.name ?? asset.ip[0] ?? asset.mac[0] ?? asset.id}</h1>
          <p>
            {[asset.role, asset.vendor, asset.model, asset.firmware].filter((word) => word !== null).join(', ') ||
              'unknown'}
            ; {[...asset.ip, ...asset.mac].join(', ')}; segment {asset.segment}
          </p>
          <h2>Alerts</h2>
          <Show loaded={alerts}>{({ items }) => <AlertTable alerts={items} />}</Show>
          <h2>What is known, and why</h2>
          <FieldTable fields={asset.fields} />
          <h2>All claims</h2>
          <table>
            <TableHead titles={['field', 'value', 'source', 'trust', 'frame']} />
            <tbody>
              {asset.evidence.map(({ attribute, value, source, trust, frame }) => (
                <tr key={`${attribute} ${value} ${source}`}>
                  <th scope="row">{attribute}</th>
                  <td>{value}</td>
                  <td>{source}</td>
                  <td class="number">{Math.round(trust * 100)} %</td>
                  <td>{frame === null ? '–' : `${frame.file}:${frame.frame}`}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <h2>Conversations</h2>
          {asset.ip[0] === undefined ? <p class="empty">None.</p> : <ConversationTable host={asset.ip[0]} />}
        </article>
      )}
    </Show>
  );
}

/** Each field with the claim it shows, how sure that is, and what says otherwise. */
function FieldTable({ fields }: { readonly fields: Readonly<Record<string, Field>> }): JSX.Element {
  const known = Object.entries(fields);
  if (known.length === 0) return <p class="empty">Nothing.</p>;
  return (
    <table>
      <TableHead titles={['field', 'value', 'sure', 'because of', 'but']} />
      <tbody>
        {known.map(([name, { value, source, sure, agrees, disagrees }]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{value}</td>
            <td class="number">{Math.round(sure * 100)} %</td>
            <td>{[...new Set([source, ...agrees.map((claim) => claim.source)])].join(', ')}</td>
            <td>
              {disagrees.map((claim) => `${claim.value} (${claim.source}, last ${timeText(claim.last)})`).join('; ') ||
                '–'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function ConversationsPage(): JSX.Element {
  return (
    <>
      <h1>Conversations</h1>
      <ConversationTable host="" />
    </>
  );
}

function ConversationTable({ host }: { readonly host: string }): JSX.Element {
  const { search, offset, setOffset, box } = useSearch();
  const loaded = useAnswer<Page<Conversation>>('/api/conversations', { host, search, offset, limit: PAGE_ROWS });
  return (
    <>
      <div class="filters">{box}</div>
      <Show loaded={loaded}>
        {({ items, total }) => (
          <>
            <table>
              <TableHead titles={['client', 'server', 'service', 'protocol', 'first (UTC)', 'sent', 'received', '']} />
              <tbody>
                {items.map((each, index) => (
                  <tr key={index}>
                    <td>
                      {each.clientAsset === null ? (
                        each.client
                      ) : (
                        <AssetLink id={each.clientAsset}>{each.client}</AssetLink>
                      )}
                    </td>
                    <td>
                      {each.serverAsset === null ? (
                        each.server
                      ) : (
                        <AssetLink id={each.serverAsset}>{each.server}</AssetLink>
                      )}
                    </td>
                    <td>
                      {each.transport}/{each.serverPort}
                    </td>
                    <td>{each.protocol ?? '–'}</td>
                    <td>{timeText(each.first)}</td>
                    <td class="number">{sizeText(each.clientBytes)}</td>
                    <td class="number">{sizeText(each.serverBytes)}</td>
                    <td>{each.answered ? '' : 'unanswered'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <Pager offset={offset} limit={PAGE_ROWS} total={total} go={setOffset} />
          </>
        )}
      </Show>
    </>
  );
}

export function ModulesPage(): JSX.Element {
  const loaded = useAnswer<Page<Module>>('/api/modules');
  return (
    <Show loaded={loaded}>
      {({ items }) => (
        <>
          <h1>Modules</h1>
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
      <h1>What operators did</h1>
      <div class="filters">{box}</div>
      <Show loaded={loaded}>
        {({ items, total }) =>
          total === 0 ? (
            <p class="empty">Nothing yet.</p>
          ) : (
            <>
              <table>
                <TableHead titles={['number', 'when (UTC)', 'who', 'what', 'alert', 'why']} />
                <tbody>
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
                </tbody>
              </table>
              <Pager offset={offset} limit={PAGE_ROWS} total={total} go={setOffset} />
            </>
          )
        }
      </Show>
    </>
  );
}
