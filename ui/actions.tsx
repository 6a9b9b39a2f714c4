// What an operator makes of an alert: acknowledge, mark as normal with a chosen scope, close with a reason, undo.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, SCOPES, tell, type Alert, type Scope } from './api.ts';
import { SCOPE_TEXTS, actionText, timeText, useAnswer } from './parts.tsx';

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
    <section class="actions" aria-label="What you make of it">
      <p class="state" role="status">
        <StateText alert={alert} />
        {isOperator && alert.state.action !== null && (
          <>
            {' '}
            <button type="button" onClick={() => act('undo')}>
              Undo
            </button>
          </>
        )}
      </p>
      {isOperator && (
        <form onSubmit={(event) => event.preventDefault()}>
          <label>
            Why{' '}
            <input
              name="reason"
              maxLength={500}
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
          </label>
          <button type="button" onClick={() => act('acknowledge')}>
            Acknowledge
          </button>
          <button type="button" onClick={() => act('close')}>
            Close
          </button>
          <label>
            Normal is{' '}
            <select
              name="scope"
              value={scope}
              onChange={(event) => setScope(SCOPES.find((each) => each === event.currentTarget.value) ?? 'exact')}
            >
              {SCOPES.map((each) => (
                <option key={each} value={each}>
                  {SCOPE_TEXTS[each]}
                </option>
              ))}
            </select>
          </label>
          <button type="button" onClick={() => act('normal')}>
            This is normal
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
  if (action === null) return <span>State: {status}.</span>;
  return (
    <span>
      State: {status}
      {isAgain ? ' again, it went on since it was' : ':'} {actionText(action)} by {action.operator},{' '}
      {timeText(action.time)} UTC{action.reason === '' ? '' : ` (${action.reason})`}.
      {status === 'normal' ? ' The next analysis of this site does not raise it.' : ''}
    </span>
  );
}
