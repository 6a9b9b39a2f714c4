// The door: where a person gives the token, and ends the session.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { ApiError, openSession, tell } from './api.ts';
import { useAnswer } from './parts.tsx';
import { texts } from './texts.ts';

const words = texts.session;

/** `problem`: why there is no session; empty: nobody tried. */
export function DoorPage(props: { readonly problem: string; readonly entered: () => void }): JSX.Element {
  const [token, setToken] = useState('');
  const [problem, setProblem] = useState(props.problem);
  const open = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await openSession(token.trim());
      props.entered();
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : String(error));
    }
  };
  return (
    <main id="content" class="door">
      <h1>{texts.frame.product}</h1>
      <p>{words.howTo}</p>
      {problem !== '' && (
        <p class="failed" role="alert">
          {words.refused(problem)}
        </p>
      )}
      <form onSubmit={(event) => void open(event)}>
        <label>
          {words.token}{' '}
          <input
            type="password"
            name="token"
            autocomplete="off"
            required
            value={token}
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>{' '}
        <button type="submit">{words.open}</button>
      </form>
    </main>
  );
}

export function EndSession(): JSX.Element {
  const end = async (): Promise<void> => {
    await tell('/api/session/end', {}).catch(() => null);
    location.reload();
  };
  return (
    <button type="button" class="quiet" onClick={() => void end()}>
      {words.end}
    </button>
  );
}

/** Of who asks; null until it is known. */
export function useRole(): string | null {
  const me = useAnswer<{ readonly role: string }>('/api/me', {}, false);
  return me.state === 'there' ? me.answer.role : null;
}
