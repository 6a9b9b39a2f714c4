// The baseline looked through: what was learned of each device, what nobody has confirmed, and what is done with it.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, tell } from './api.ts';
import { Choice, Pager, Show, TableHead, useAnswer, useFilteredSearch, SITE_CHANGED } from './parts.tsx';
import type { BaselinePage as Lines } from './plant.ts';
import { texts } from './texts.ts';

const words = texts.baseline;
const PAGE_ROWS = 100;

export function BaselinePage(): JSX.Element {
  const { search, filters, change, offset, setOffset, box } = useFilteredSearch(['only']);
  const [told, setTold] = useState('');
  const loaded = useAnswer<Lines>('/api/baseline', { search, ...filters, offset, limit: PAGE_ROWS });
  const me = useAnswer<{ readonly role: string }>('/api/me', {}, false);
  const isOperator = me.state === 'there' && me.answer.role === 'operator';
  const act = (id: string, action: 'approve' | 'forget'): void => {
    tell<{ told: string }>(`/api/baseline/${encodeURIComponent(id)}/actions`, { action }).then(
      (answer) => {
        setTold(action === 'approve' ? words.approved(answer.told) : words.forgotten(answer.told));
        dispatchEvent(new Event(SITE_CHANGED));
      },
      (error: unknown) => setTold(error instanceof ApiError ? error.message : String(error)),
    );
  };
  return (
    <>
      <h1>{words.title}</h1>
      <Show loaded={loaded}>
        {({ items, total, file, once }) =>
          file === '' ? (
            <p class="empty">{words.none}</p>
          ) : (
            <>
              <p>{words.about(file, once)}</p>
              <p>{words.howTo}</p>
              <div class="filters">
                {box}
                <Choice
                  label={words.only}
                  value={filters.only}
                  change={(value) => change('only', value)}
                  choices={[['once', words.onlyOnce]]}
                />
              </div>
              <p role="status">{told}</p>
              {total === 0 ? (
                <p class="empty">{words.nothing}</p>
              ) : (
                <>
                  <table>
                    <TableHead titles={words.headings} />
                    <tbody>
                      {items.map(({ id, segment, address, text, isOnce }) => (
                        <tr key={id}>
                          <td>{segment === 'default' ? address : words.segment(address, segment)}</td>
                          <td>{text}</td>
                          <td>{isOnce ? words.once : words.confirmed}</td>
                          <td>
                            {isOperator && isOnce && (
                              <button
                                type="button"
                                aria-label={words.approveThis(text)}
                                onClick={() => act(id, 'approve')}
                              >
                                {words.approve}
                              </button>
                            )}{' '}
                            {isOperator && (
                              <button
                                type="button"
                                aria-label={words.forgetThis(text)}
                                onClick={() => act(id, 'forget')}
                              >
                                {words.forget}
                              </button>
                            )}
                          </td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                  <Pager offset={offset} limit={PAGE_ROWS} total={total} go={setOffset} />
                </>
              )}
            </>
          )
        }
      </Show>
    </>
  );
}
