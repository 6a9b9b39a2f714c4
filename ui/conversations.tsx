// Who talked to whom: of the site, or of one host.
import type { JSX } from 'preact';
import type { Conversation, Page } from './api.ts';
import { CsvLink, AssetLink, Pager, Show, TableHead, sizeText, timeText, useAnswer, useSearch } from './parts.tsx';
import { texts } from './texts.ts';

const words = texts.conversations;

const PAGE_ROWS = 100;
/** On the page of one host. */
const HOST_ROWS = 25;

export function ConversationsPage(): JSX.Element {
  return (
    <>
      <h1>{words.title}</h1>
      <ConversationTable host="" />
    </>
  );
}

export function ConversationTable({ host }: { readonly host: string }): JSX.Element {
  const { search, offset, setOffset, box } = useSearch(host === '');
  const rows = host === '' ? PAGE_ROWS : HOST_ROWS;
  const loaded = useAnswer<Page<Conversation>>('/api/conversations', { host, search, offset, limit: rows });
  return (
    <>
      <div class="filters">
        {box}
        <CsvLink list="conversations" query={{ host, search }} />
      </div>
      <Show loaded={loaded}>
        {({ items, total }) => (
          <>
            <table>
              <TableHead titles={words.headings} />
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
                    <td>{each.answered ? '' : words.unanswered}</td>
                  </tr>
                ))}
              </tbody>
            </table>
            <Pager offset={offset} limit={rows} total={total} go={setOffset} />
          </>
        )}
      </Show>
    </>
  );
}
