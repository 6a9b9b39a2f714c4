// What an operator makes of an alert: acknowledge, mark as normal with a chosen scope, close with a reason, undo.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, SCOPES, tell, type Alert, type Scope } from './api.ts';
import { actionText, timeText, useAnswer } from './parts.tsx';
import { texts } from './texts.ts';

const words = texts.actions;

export function AlertActions(props: { readonly alert: Alert; readonly changed: (alert: Alert) => void }): JSX.Element {
  const { alert, changed } = props;
  const me = useAnswer<{ readonly role: string }>('/api/me', {}, false);
  const [scope, setScope] = useState<Scope>('exact');
  const [reason, setReason] = useState('');
  const [problem, setProblem] = useState('');
  const isOperator = me.state === 'there' && me.answer.role === 'operator';
  const act = (action: 'acknowledge' | 'normal' | 'close' | 'undo'): void => {
    setProblem('');
    tell<Alert>(`/api/alerts/${encodeURIComponent(alert.id)}/actions`, { action, scope, reason }).then(
      (answer) => {
        setReason('');
        changed(answer);
      },
      (error: unknown) => setProblem(error instanceof ApiError ? error.message : String(error)),
    );
  };
  return (
    <section class="actions" aria-label={words.region}>
      <p class="state" role="status">
        <StateText alert={alert} />
        {isOperator && alert.state.action !== null && (
          <>
            {' '}
            <button type="button" onClick={() => act('undo')}>
              {words.undo}
            </button>
          </>
        )}
      </p>
      {isOperator && (
        <form onSubmit={(event) => event.preventDefault()}>
          <label>
            {words.why}{' '}
            <input
              name="reason"
              maxLength={500}
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </label>
          <button type="button" onClick={() => act('acknowledge')}>
            {words.acknowledge}
          </button>
          <button type="button" onClick={() => act('close')}>
            {words.close}
          </button>
          <label>
            {words.normalIs}{' '}
            <select
              name="scope"
              value={scope}
              onChange={(event) => setScope(SCOPES.find((each) => each === event.currentTarget.value) ?? 'exact')}
            >
              {SCOPES.map((each) => (
                <option key={each} value={each}>
                  {words.scopes[each]}
                </option>
              ))}
            </select>
          </label>
          <button type="button" onClick={() => act('normal')}>
            {words.thisIsNormal}
          </button>
        </form>
      )}
      {problem !== '' && (
        <p class="failed" role="alert">
          {problem}
        </p>
      )}
    </section>
  );
}

function StateText({ alert }: { readonly alert: Alert }): JSX.Element {
  const { status, action, isAgain } = alert.state;
  if (action === null) return <span>{words.state(words.statuses[status])}</span>;
  return (
    <span>
      {words.stateBy(
        words.statuses[status],
        isAgain,
        actionText(action),
        action.operator,
        timeText(action.time),
        action.reason,
      )}{' '}
      {status === 'normal' ? words.notRaised : ''}
    </span>
  );
}
