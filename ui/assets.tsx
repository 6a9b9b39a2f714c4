// Devices: the list, and one device with what is known of it and why, whom it talks to, and what it offers.
import type { JSX } from 'preact';
import { AlertTable } from './alerts.tsx';
import type { Alert, Asset, AssetDetail, Field, Overview, Page } from './api.ts';
import { PointTable, Timeline } from './asset-parts.tsx';
import { LoginTable } from './credentials.tsx';
import { FirmwareHistory } from './firmware.tsx';
import { OperationTable } from './operations.tsx';
import { texts } from './texts.ts';
import { ConversationTable } from './conversations.tsx';
import {
  CsvLink,
  AssetLink,
  Choice,
  Pager,
  Show,
  TableHead,
  sizeText,
  timeText,
  useAnswer,
  useFilteredSearch,
} from './parts.tsx';

const words = texts.asset;
const PAGE_ROWS = 100;
/** Of each list on the page of one device. */
const DETAIL_ROWS = 25;

export function AssetsPage(): JSX.Element {
  const { search, filters, change, offset, setOffset, box } = useFilteredSearch(['role', 'level']);
  const loaded = useAnswer<Page<Asset>>('/api/assets', { search, ...filters, offset, limit: PAGE_ROWS });
  const site = useAnswer<Overview>('/api/overview');
  const roles = site.state === 'there' ? site.answer.roles.map(({ name }) => name) : [];
  return (
    <>
      <h1>{words.title}</h1>
      <div class="filters">
        {box}
        <CsvLink list="assets" query={{ search, ...filters }} />
        <Choice
          label={words.role}
          value={filters.role}
          change={(value) => change('role', value)}
          choices={roles.map((name) => [name, name])}
        />
        <Choice
          label={words.level}
          value={filters.level}
          change={(value) => change('level', value)}
          choices={['5', '4', '3', '2', '1', '0', 'unknown'].map((name) => [name, name])}
        />
      </div>
      <Show loaded={loaded}>
        {({ items, total }) => (
          <>
            <table>
              <TableHead titles={words.headings} />
              <tbody>
                {items.map((asset) => (
                  <tr key={asset.id}>
                    <td>
                      <AssetLink id={asset.id}>{asset.ip[0] ?? asset.mac[0] ?? asset.id}</AssetLink>
                      {asset.unit === null ? '' : ` ${words.unit(asset.unit)}`}
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

const TABS = Object.keys(words.tabs) as (keyof typeof words.tabs)[];

/** `tab`: which part of it is shown. */
export function AssetPage({ id, tab }: { readonly id: string; readonly tab: string }): JSX.Element {
  const loaded = useAnswer<AssetDetail>(`/api/assets/${encodeURIComponent(id)}`);
  return (
    <Show loaded={loaded}>
      {(asset) => (
        <article>
          <h1>{asset.name ?? asset.ip[0] ?? asset.mac[0] ?? asset.id}</h1>
          <nav class="tabs" aria-label={words.parts}>
            {TABS.map((name) => (
              <a
                key={name}
                href={`#/assets/${encodeURIComponent(id)}${name === '' ? '' : `/${name}`}`}
                aria-current={name === tab ? 'page' : undefined}
              >
                {words.tabs[name]}
              </a>
            ))}
          </nav>
          <AssetPart asset={asset} tab={tab} />
        </article>
      )}
    </Show>
  );
}

function AssetPart({ asset, tab }: { readonly asset: AssetDetail; readonly tab: string }): JSX.Element {
  if (tab === 'points') return <PointTable asset={asset.id} />;
  if (tab === 'timeline') return <Timeline asset={asset.id} />;
  if (tab === 'evidence') return <EvidenceTable asset={asset} />;
  if (tab === 'conversations')
    return asset.ip[0] === undefined ? <p class="empty">{words.none}</p> : <ConversationTable host={asset.ip[0]} />;
  if (tab === 'operations')
    return (
      <>
        <h2>{words.asked}</h2>
        <OperationTable asset={asset.id} side="server" rows={DETAIL_ROWS} />
        <h2>{words.asks}</h2>
        <OperationTable asset={asset.id} side="client" rows={DETAIL_ROWS} />
      </>
    );
  if (tab === 'access')
    return (
      <>
        <h2>{words.firmware}</h2>
        <FirmwareTable evidence={asset.evidence} field={asset.fields['firmware']} />
        <FirmwareHistory asset={asset.id} rows={DETAIL_ROWS} />
        <h2>{words.logins}</h2>
        <LoginTable asset={asset.id} />
      </>
    );
  return <AssetOverview asset={asset} />;
}

function AssetOverview({ asset }: { readonly asset: AssetDetail }): JSX.Element {
  const alerts = useAnswer<Page<Alert>>('/api/alerts', { asset: asset.id, limit: DETAIL_ROWS });
  return (
    <>
      <p>
        {words.about(
          [asset.role, asset.vendor, asset.model, asset.firmware].filter((word) => word !== null).join(', '),
          [...asset.ip, ...asset.mac].join(', '),
          asset.segment,
        )}
      </p>
      <p>{words.guarded(asset.hardening ?? words.nobodyLoggedIn, timeText(asset.first), timeText(asset.last))}</p>
      <h2>{texts.alerts.title}</h2>
      <Show loaded={alerts}>{({ items }) => <AlertTable alerts={items} />}</Show>
      <h2 class="known">{words.known}</h2>
      <FieldTable fields={asset.fields} />
      <h2>{words.services(asset.serviceCount)}</h2>
      <ServiceTable asset={asset} />
      <h2>{words.peers(asset.peerCount)}</h2>
      <PeerTable asset={asset} />
    </>
  );
}

function EvidenceTable({ asset }: { readonly asset: AssetDetail }): JSX.Element {
  return (
    <table>
      <TableHead titles={words.evidenceHeadings} />
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
  );
}

/** Each field with the claim it shows, how sure that is, and what says otherwise. */
function FieldTable({ fields }: { readonly fields: Readonly<Record<string, Field>> }): JSX.Element {
  const known = Object.entries(fields);
  if (known.length === 0) return <p class="empty">{words.nothing}</p>;
  return (
    <table>
      <TableHead titles={words.fieldHeadings} />
      <tbody>
        {known.map(([name, { value, source, sure, agrees, disagrees }]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{value}</td>
            <td class="number">{Math.round(sure * 100)} %</td>
            <td>{[...new Set([source, ...agrees.map((claim) => claim.source)])].join(', ')}</td>
            <td>
              {disagrees.map((claim) => words.otherwise(claim.value, claim.source, timeText(claim.last))).join('; ') ||
                '–'}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Every version that was claimed, and when the claim was last heard where that is known. */
function FirmwareTable(props: {
  readonly evidence: AssetDetail['evidence'];
  readonly field: Field | undefined;
}): JSX.Element {
  const claimed = props.evidence.filter(({ attribute }) => attribute === 'firmware');
  if (claimed.length === 0) return <p class="empty">{words.none}</p>;
  const others = [...(props.field?.agrees ?? []), ...(props.field?.disagrees ?? [])];
  return (
    <table>
      <TableHead titles={words.versionHeadings} />
      <tbody>
        {claimed.map(({ value, source }) => (
          <tr key={`${value} ${source}`}>
            <th scope="row">{value}</th>
            <td>{source}</td>
            <td>{timeText(others.find((claim) => claim.value === value && claim.source === source)?.last ?? null)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function ServiceTable({ asset }: { readonly asset: AssetDetail }): JSX.Element {
  if (asset.services.length === 0) return <p class="empty">{words.noServices}</p>;
  return (
    <table>
      <TableHead titles={words.serviceHeadings} />
      <tbody>
        {asset.services.map((service) => (
          <tr key={`${service.transport} ${service.port}`}>
            <th scope="row">
              {service.transport}/{service.port}
            </th>
            <td>{service.protocol ?? '–'}</td>
            <td class="number">{service.clients}</td>
            <td class="number">{service.conversations}</td>
            <td>{timeText(service.last)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function PeerTable({ asset }: { readonly asset: AssetDetail }): JSX.Element {
  if (asset.peers.length === 0) return <p class="empty">{words.none}</p>;
  const way = (isAsked: boolean, isAsking: boolean): string =>
    isAsked && isAsking ? words.bothWays : isAsked ? words.isAsked : words.isAsking;
  return (
    <table>
      <TableHead titles={words.peerHeadings} />
      <tbody>
        {asset.peers.map((peer) => (
          <tr key={peer.asset ?? peer.address}>
            <th scope="row">
              {peer.asset === null ? peer.address : <AssetLink id={peer.asset}>{peer.address}</AssetLink>}
            </th>
            <td>{way(peer.isAsked, peer.isAsking)}</td>
            <td>{peer.protocols.join(', ') || '–'}</td>
            <td class="number">{peer.conversations}</td>
            <td class="number">{sizeText(peer.bytes)}</td>
            <td>{timeText(peer.last)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
