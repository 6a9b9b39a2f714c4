// How devices are guarded, with what shows it, and who logged in where.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Page } from './api.ts';
import { PagedTable, CsvLink, AssetLink, Choice, Show, timeText, useAnswer, useSearch } from './parts.tsx';
import type { GuardedDevice, Login } from './plant.ts';
import { texts } from './texts.ts';

const words = texts.credentials;
const GUARDED_ROWS = 50;
const LOGIN_ROWS = 50;

export function CredentialsPage(): JSX.Element {
  const { search, offset, setOffset, box } = useSearch();
  const loaded = useAnswer<Page<GuardedDevice>>('/api/hardening', { search, offset, limit: GUARDED_ROWS });
  return (
    <>
      <h1>{words.title}</h1>
      <p>{words.about}</p>
      <h2>{words.guarded}</h2>
      <div class="filters">{box}</div>
      <Show loaded={loaded}>
        {({ items, total }) => (
          <PagedTable
            {...{
              headings: words.guardedHeadings,
              nothing: words.noGuarded,
              total,
              offset,
              limit: GUARDED_ROWS,
              go: setOffset,
            }}
          >
            {items.flatMap((device) =>
              device.states.map((state, index) => (
                <tr key={`${device.asset} ${index}`}>
                  <td>
                    <AssetLink id={device.asset}>{device.address || device.asset}</AssetLink>
                  </td>
                  <td>{device.role ?? '–'}</td>
                  <td>{state.state}</td>
                  <td>{state.source}</td>
                  <td>{timeText(state.last)}</td>
                  <td>{state.frame === null ? '–' : words.frame(state.frame.file, state.frame.frame)}</td>
                  <td>
                    {index > 0 || device.findings === 0 ? (
                      ''
                    ) : (
                      <a href={`#/alerts?asset=${encodeURIComponent(device.asset)}`}>
                        {words.findings(device.findings)}
                      </a>
                    )}
                  </td>
                </tr>
              )),
            )}
          </PagedTable>
        )}
      </Show>
      <h2>{words.logins}</h2>
      <LoginTable asset="" />
    </>
  );
}

/** To all servers, or to one. */
export function LoginTable({ asset }: { readonly asset: string }): JSX.Element {
  const { search, offset, setOffset, box } = useSearch(false);
  const [outcome, setOutcome] = useState('');
  const query = { search, asset, outcome };
  const loaded = useAnswer<Page<Login>>('/api/logins', { ...query, offset, limit: LOGIN_ROWS });
  return (
    <>
      <div class="filters">
        {box}
        <CsvLink list="logins" query={query} />
        <Choice
          label={words.outcome}
          value={outcome}
          change={(value) => {
            setOffset(0);
            setOutcome(value);
          }}
          choices={Object.entries(words.outcomes)}
        />
      </div>
      <Show loaded={loaded}>
        {({ items, total }) => (
          <PagedTable
            {...{
              headings: words.loginHeadings,
              nothing: words.noLogins,
              total,
              offset,
              limit: LOGIN_ROWS,
              go: setOffset,
            }}
          >
            {items.map((login, index) => (
              <LoginRow key={index} login={login} />
            ))}
          </PagedTable>
        )}
      </Show>
    </>
  );
}

function LoginRow({ login }: { readonly login: Login }): JSX.Element {
  const host = (address: string, asset: string | null): JSX.Element =>
    asset === null ? <span>{address}</span> : <AssetLink id={asset}>{address}</AssetLink>;
  return (
    <tr>
      <td>{host(login.client, login.clientAsset)}</td>
      <td>{host(login.server, login.serverAsset)}</td>
      <td>{login.user || words.anonymous}</td>
      <td>{login.protocol}</td>
      <td>{login.mechanism}</td>
      <td>{words.outcomes[login.outcome]}</td>
      <td class="number">{login.count}</td>
      <td>{timeText(login.last)}</td>
    </tr>
  );
}
