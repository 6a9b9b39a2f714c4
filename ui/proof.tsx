// The frames that prove an alert: their bytes in hexadecimal, and what was decoded from them.
import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Alert, ProofOfAlert, ProvingFrame } from './api.ts';
import { Show, timeText, useAnswer } from './parts.tsx';
import { texts } from './texts.ts';

const words = texts.proof;

const LINE_BYTES = 16;

export function Proof({ alert }: { readonly alert: Alert }): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const count = alert.frames.length + alert.framesOmitted;
  return (
    <section class="proof">
      <h2>{words.title}</h2>
      <p>
        {words.frames(count)}{' '}
        {isOpen ? null : (
          <button type="button" onClick={() => setOpen(true)}>
            {words.open}
          </button>
        )}
      </p>
      {isOpen && <Frames id={alert.id} />}
    </section>
  );
}

function Frames({ id }: { readonly id: string }): JSX.Element {
  const path = `/api/alerts/${encodeURIComponent(id)}`;
  // The capture is read again for it: once is enough.
  const loaded = useAnswer<ProofOfAlert>(`${path}/frames`, {}, false);
  return (
    <Show loaded={loaded}>
      {({ frames, omitted }) => (
        <>
          <p>
            <a href={`${path}/evidence.pcapng`} download>
              {words.download}
            </a>
            {words.downloaded}
          </p>
          {frames.map((frame) => (
            <Frame key={`${frame.file}:${frame.frame}`} frame={frame} />
          ))}
          {omitted > 0 && <p>{words.omitted(omitted)}</p>}
        </>
      )}
    </Show>
  );
}

function Frame({ frame }: { readonly frame: ProvingFrame }): JSX.Element {
  const shown = frame.hex.length / 2;
  return (
    <section class="frame">
      <h3>{words.frame(frame.frame, frame.path)}</h3>
      <p>
        {words.about(timeText(frame.time), frame.originalLength)}
        {frame.length < frame.originalLength ? words.captured(frame.length) : ''}
        {shown < frame.length ? words.shown(shown) : ''}
        {frame.maskedBytes > 0 ? words.masked(frame.maskedBytes) : ''}
      </p>
      {frame.facts.map((fact, index) => (
        <Fact key={index} fact={fact} />
      ))}
      {frame.facts.length === 0 && <p class="empty">{words.nothing}</p>}
      <pre tabIndex={0} aria-label={words.bytes(frame.frame)}>
        {hexLines(frame.hex)}
      </pre>
    </section>
  );
}

/** What stands in the heading, or says nothing of its own. */
const HIDDEN = ['fact', 'file', 'frame', 'time'];

function Fact({ fact }: { readonly fact: Readonly<Record<string, unknown>> }): JSX.Element {
  const known = Object.entries(fact).filter(([name, value]) => !HIDDEN.includes(name) && value !== null);
  return (
    <table class="fact">
      <caption>{String(fact['fact'])}</caption>
      <tbody>
        {known.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{typeof value === 'string' ? value : JSON.stringify(value)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** `0000  16 03 01 …  ...`: offset, bytes, and what of them is printable. */
function hexLines(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += LINE_BYTES) {
    const line = bytes.slice(at, at + LINE_BYTES);
    const text = line.map((byte) => {
      const code = parseInt(byte, 16);
      return code >= 0x20 && code < 0x7f ? String.fromCharCode(code) : '.';
    });
    lines.push(`${at.toString(16).padStart(4, '0')}  ${line.join(' ').padEnd(LINE_BYTES * 3 - 1)}  ${text.join('')}`);
  }
  return lines.join('\n');
}
