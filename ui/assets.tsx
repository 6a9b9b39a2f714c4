// Devices: the list, and one device with what is known of it and why, whom it talks to, and what it offers.
import type { JSX } from 'preact';
import { AlertTable } from './alerts.tsx';
import type { Alert, Asset, AssetDetail, Field, Overview, Page } from './api.ts';
import { ConversationTable } from './conversations.tsx';
import {
  AssetLink,
  Choice,
  Pager,
  Show,
  TableHead,
  sizeText,
  timeText,
  useAnswer,
  useFilters,
  useSearch,
} from './parts.tsx';

const PAGE_ROWS = 100;
/** Of each list on the page of one device. */
const DETAIL_ROWS = 25;

export function AssetsPage(): JSX.Element {
  const { search, offset, setOffset, box } = useSearch();
  const [filters, setFilter] = useFilters(['role', 'level']);
  const loaded = useAnswer<Page<Asset>>('/api/assets', { search, ...filters, offset, limit: PAGE_ROWS });
  const site = useAnswer<Overview>('/api/overview');
  const change = (name: keyof typeof filters, value: string): void => {
    setOffset(0);
    setFilter(name, value);
  };
  const roles = site.state === 'there' ? site.answer.roles.map(({ name }) => name) : [];
  return (
    <>
      <h1>Devices</h1>
      <div class="filters">
        {box}
        <Choice
          label="Role"
          value={filters.role}
          change={(value) => change('role', value)}
          choices={roles.map((name) => [name, name])}
        />
        <Choice
          label="Level"
          value={filters.level}
          change={(value) => change('level', value)}
          choices={['5', '4', '3', '2', '1', '0', 'unknown'].map((name) => [name, name])}
        />
      </div>
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
  const loaded = useAnswer<AssetDetail>(`/api/assets/${encodeURIComponent(id)}`);
  const alerts = useAnswer<Page<Alert>>('/api/alerts', { asset: id, limit: DETAIL_ROWS });
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
          <p>
            Guarded: {asset.hardening ?? 'nobody was seen logging in'}. First seen {timeText(asset.first)}, last{' '}
            {timeText(asset.last)} UTC.
          </p>
          <h2>Alerts</h2>
          <Show loaded={alerts}>{({ items }) => <AlertTable alerts={items} />}</Show>
          <h2 class="known">What is known, and why</h2>
          <FieldTable fields={asset.fields} />
          <h2>Firmware that was seen</h2>
          <FirmwareTable evidence={asset.evidence} field={asset.fields['firmware']} />
          <h2>Services ({asset.serviceCount})</h2>
          <ServiceTable asset={asset} />
          <h2>Peers ({asset.peerCount})</h2>
          <PeerTable asset={asset} />
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

/** Every version that was claimed, and when the claim was last heard where that is known. */
function FirmwareTable(props: {
  readonly evidence: AssetDetail['evidence'];
  readonly field: Field | undefined;
}): JSX.Element {
  const claimed = props.evidence.filter(({ attribute }) => attribute === 'firmware');
  if (claimed.length === 0) return <p class="empty">None.</p>;
  const others = [...(props.field?.agrees ?? []), ...(props.field?.disagrees ?? [])];
  return (
    <table>
      <TableHead titles={['version', 'source', 'last (UTC)']} />
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
  if (asset.services.length === 0) return <p class="empty">None that answered.</p>;
  return (
    <table>
      <TableHead titles={['service', 'protocol', 'clients', 'conversations', 'last (UTC)']} />
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
  if (asset.peers.length === 0) return <p class="empty">None.</p>;
  const way = (isAsked: boolean, isAsking: boolean): string =>
    isAsked && isAsking ? 'both ways' : isAsked ? 'is asked' : 'asks';
  return (
    <table>
      <TableHead titles={['peer', 'way', 'protocols', 'conversations', 'bytes', 'last (UTC)']} />
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
