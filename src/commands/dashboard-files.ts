// The files of the dashboard: made from ui/ when run from the sources, shipped as one script and one style otherwise.
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { shippedFile, shippedFileUrl } from '../../knowledge/shipped-file.ts';
import { DASHBOARD_BUILD } from './dashboard-build.ts';
import type { DashboardFile } from '../server/server.ts';

const PAGE = 'ui/index.html';
const SCRIPT = 'ui/dashboard.js';
const STYLE = 'ui/dashboard.css';

export function dashboardFiles(): DashboardFile[] {
  return [
    { path: '/', type: 'text/html; charset=utf-8', content: shippedFile(PAGE) },
    { path: '/dashboard.js', type: 'text/javascript; charset=utf-8', content: script() },
    { path: '/dashboard.css', type: 'text/css; charset=utf-8', content: shippedFile(STYLE) },
  ];
}

/** From the sources the script is put together now, which takes some milliseconds. */
function script(): string | Uint8Array {
  if (!import.meta.url.endsWith('.ts')) return shippedFile(SCRIPT);
  const project = fileURLToPath(new URL('.', shippedFileUrl('package.json')!));
  // Not imported: what puts the program together would take its own tool in.
  const { buildSync } = createRequire(import.meta.url)('esbuild') as typeof import('esbuild');
  const options = {
    ...DASHBOARD_BUILD,
    absWorkingDir: project,
    write: false,
    logLevel: 'silent',
  } as const;
  return buildSync(options).outputFiles[0]!.text;
}
