// The dashboard: which page the address names, and the frame around all pages.
import { render, type JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { ApiError, ask, openSession } from './api.ts';
import { MapPage } from './map.tsx';
import { SITE_CHANGED } from './parts.tsx';
import { AlertPage, AlertsPage } from './alerts.tsx';
import { AssetPage, AssetsPage } from './assets.tsx';
import { ConversationsPage } from './conversations.tsx';
import { IncidentPage, IncidentsPage } from './incidents.tsx';
import { BaselinePage } from './baseline.tsx';
import { CredentialsPage } from './credentials.tsx';
import { FirmwarePage } from './firmware.tsx';
import { SegmentationPage } from './segmentation.tsx';
import { OperationsPage } from './operations.tsx';
import { DoorPage, EndSession } from './session.tsx';
import { SettingsPage } from './settings.tsx';
import { ReportsPage } from './reports.tsx';
import { CAPTURES_CHANGED, CapturesPage } from './captures.tsx';
import { LogPage, ModulesPage, OverviewPage } from './pages.tsx';
import { texts } from './texts.ts';

const words = texts.frame;

/** In the order of the bar. */
const PAGES = Object.entries(words.titles);

/** Of `#/alerts/ID?asset=…`: its parts. */
function currentPath(): readonly string[] {
  return (location.hash.replace(/^#\/?/, '').split('?')[0] ?? '').split('/').map(decodeURIComponent);
}

function App(): JSX.Element {
  const [path, setPath] = useState(currentPath());
  useEffect(() => {
    const changed = (): void => setPath(currentPath());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  const [page = '', id, tab = ''] = path;
  return (
    <>
      <a class="skip" href="#content">
        {words.skip}
      </a>
      <header>
        <strong>{words.product}</strong>
        <nav aria-label={words.pages}>
          {PAGES.map(([name, title]) => (
            <a key={name} href={`#/${name}`} aria-current={name === page ? 'page' : undefined}>
              {title}
            </a>
          ))}
        </nav>
        <EndSession />
      </header>
      <main id="content" tabIndex={-1}>
        <Content key={path.slice(0, 2).join('/')} page={page} id={id} tab={tab} />
      </main>
    </>
  );
}

function Content(props: { readonly page: string; readonly id: string | undefined; readonly tab: string }): JSX.Element {
  const { page, id, tab } = props;
  if (page === 'map') return <MapPage />;
  if (page === 'alerts') return id === undefined ? <AlertsPage /> : <AlertPage id={id} />;
  if (page === 'incidents') return id === undefined ? <IncidentsPage /> : <IncidentPage id={id} />;
  if (page === 'log') return <LogPage />;
  if (page === 'assets') return id === undefined ? <AssetsPage /> : <AssetPage id={id} tab={tab} />;
  if (page === 'operations') return <OperationsPage />;
  if (page === 'segmentation') return <SegmentationPage />;
  if (page === 'firmware') return <FirmwarePage />;
  if (page === 'credentials') return <CredentialsPage />;
  if (page === 'baseline') return <BaselinePage />;
  if (page === 'conversations') return <ConversationsPage />;
  if (page === 'captures') return <CapturesPage />;
  if (page === 'settings') return <SettingsPage />;
  if (page === 'reports') return <ReportsPage />;
  if (page === 'modules') return <ModulesPage />;
  return <OverviewPage />;
}

async function begin(): Promise<void> {
  const root = document.getElementById('app')!;
  const [, token] = /^#token=([\w-]+)$/.exec(location.hash) ?? [];
  // The token is of no use any more, and has no place in the history.
  if (token !== undefined) history.replaceState(null, '', '#/');
  const problem = await (token === undefined ? ask('/api/me') : openSession(token)).then(
    () => null,
    (error: unknown) => (error instanceof ApiError ? error : new ApiError(0, String(error))),
  );
  root.replaceChildren();
  if (problem === null) show(root);
  else {
    const text = token === undefined && problem.status === 401 ? '' : problem.message;
    render(<DoorPage problem={text} entered={() => show(root)} />, root);
  }
}

function show(root: HTMLElement): void {
  // Before anything is asked for, so that no change falls in between.
  hearChanges();
  render(<App />, root);
}

function hearChanges(): void {
  const changed = (): boolean => dispatchEvent(new Event(SITE_CHANGED));
  const events = new EventSource('/api/events');
  events.addEventListener('changed', changed);
  events.addEventListener('captures', ({ data }: MessageEvent<string>) =>
    dispatchEvent(new CustomEvent(CAPTURES_CHANGED, { detail: JSON.parse(data) as unknown })),
  );
  // The browser connects again by itself where the line breaks; what came meanwhile was not heard.
  events.addEventListener('open', () => events.addEventListener('open', changed), { once: true });
}

void begin();
