// The page of captures: what the site was made from, and captures that are sent here, with how far each is.
import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, answerOf, tell } from './api.ts';
import { Show, TableHead, sizeText, timeText, useAnswer } from './parts.tsx';
import { useRole } from './session.tsx';
import { texts } from './texts.ts';

const words = texts.captures;

interface Upload {
  readonly id: string;
  readonly name: string;
  readonly operator: string;
  readonly started: string;
  readonly state: 'receiving' | 'waiting' | 'analysing' | 'done' | 'failed' | 'cancelled';
  readonly received: number;
  readonly size: number | null;
  readonly analysed: number;
  readonly frames: number;
  readonly told: string;
}

interface Captures {
  readonly bytesMax: number | null;
  readonly uploads: readonly Upload[];
  readonly captures: readonly {
    readonly path: string;
    readonly frames: number;
    readonly bytes: number;
    readonly first: string | null;
    readonly last: string | null;
    readonly damage: { readonly message: string } | null;
  }[];
}

/** Told with the list of uploads when one of them changed. */
export const CAPTURES_CHANGED = 'captures-changed';

export function CapturesPage(): JSX.Element {
  const loaded = useAnswer<Captures>('/api/captures');
  const role = useRole();
  return (
    <>
      <h1>{words.title}</h1>
      <Show loaded={loaded}>
        {({ bytesMax, uploads, captures }) => (
          <>
            {bytesMax !== null && role === 'operator' && <SendForm bytesMax={bytesMax} />}
            <UploadTable loaded={uploads} mayCancel={role === 'operator'} />
            <h2>{words.made}</h2>
            {captures.length === 0 ? (
              <p class="empty">{words.nothing}</p>
            ) : (
              <table class="captures">
                <TableHead titles={words.headings} />
                <tbody>
                  {captures.map((capture) => (
                    <tr key={capture.path}>
                      <td>{capture.path}</td>
                      <td class="number">{capture.frames}</td>
                      <td class="number">{sizeText(capture.bytes)}</td>
                      <td>{timeText(capture.first)}</td>
                      <td>{timeText(capture.last)}</td>
                      <td>{capture.damage?.message ?? words.undamaged}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            )}
          </>
        )}
      </Show>
    </>
  );
}

function SendForm({ bytesMax }: { readonly bytesMax: number }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState('');
  const [isSending, setSending] = useState(false);
  const send = async (event: Event): Promise<void> => {
    event.preventDefault();
    const file = input.current?.files?.[0];
    if (file === undefined) return;
    setProblem('');
    setSending(true);
    try {
      await sendCapture(file);
      input.current!.value = '';
    } catch (error) {
      setProblem(error instanceof ApiError ? error.message : String(error));
    }
    setSending(false);
  };
  return (
    <form class="filters" onSubmit={(event) => void send(event)}>
      <label>
        {words.send(sizeText(bytesMax))} <input type="file" name="capture" ref={input} required />
      </label>{' '}
      <button type="submit" disabled={isSending}>
        {isSending ? words.sending : words.sendNow}
      </button>
      {problem !== '' && (
        <p class="failed" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}

async function sendCapture(file: File): Promise<void> {
  const path = `/api/captures?name=${encodeURIComponent(file.name.slice(0, 200) || 'capture')}`;
  const headers = { 'content-type': 'application/octet-stream' };
  await answerOf(
    await fetch(path, { method: 'POST', headers, body: file, credentials: 'same-origin' }).catch(() => null),
  );
}

function UploadTable(props: { readonly loaded: readonly Upload[]; readonly mayCancel: boolean }): JSX.Element {
  const [heard, setHeard] = useState<readonly Upload[] | null>(null);
  useEffect(() => {
    const changed = (event: Event): void => setHeard((event as CustomEvent<readonly Upload[]>).detail);
    addEventListener(CAPTURES_CHANGED, changed);
    return () => removeEventListener(CAPTURES_CHANGED, changed);
  }, []);
  const uploads = heard ?? props.loaded;
  if (uploads.length === 0) return <></>;
  return (
    <section aria-live="polite">
      <h2>{words.sent}</h2>
      <table class="uploads">
        <TableHead titles={words.sentHeadings} />
        <tbody>
          {uploads.map((upload) => (
            <tr key={upload.id}>
              <td>{upload.name}</td>
              <td>{upload.operator}</td>
              <td>{timeText(upload.started)}</td>
              <td>{words.states[upload.state]}</td>
              <td>
                <Progress upload={upload} />
              </td>
              <td>{upload.told || '–'}</td>
              <td>{props.mayCancel && isGoingOn(upload) && <CancelButton upload={upload} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Progress({ upload }: { readonly upload: Upload }): JSX.Element {
  const { state, received, size, analysed, frames } = upload;
  if (!isGoingOn(upload)) return <>{frames === 0 ? '–' : words.frames(frames)}</>;
  const [done, all] = state === 'analysing' ? [analysed, received] : [received, size ?? received];
  return (
    <>
      <progress aria-label={words.progress(words.states[state], upload.name)} value={all === 0 ? 0 : done / all} />{' '}
      {words.place(sizeText(done), sizeText(all))}
      {state === 'analysing' ? `, ${words.frames(frames)}` : ''}
    </>
  );
}

function CancelButton({ upload }: { readonly upload: Upload }): JSX.Element {
  const cancel = (): void => {
    // What has ended meanwhile is told by the next event.
    void tell(`/api/captures/${encodeURIComponent(upload.id)}/cancel`, {}).catch(() => null);
  };
  return (
    <button type="button" onClick={cancel} aria-label={words.cancelOf(upload.name)}>
      {words.cancel}
    </button>
  );
}

function isGoingOn({ state }: Upload): boolean {
  return state === 'receiving' || state === 'waiting' || state === 'analysing';
}
