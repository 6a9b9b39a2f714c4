// How the script of the dashboard is put together, from the sources at start and for the bundle once.

/** Options of esbuild; paths are below the project. */
export const DASHBOARD_BUILD = {
  entryPoints: ['ui/main.tsx'] as string[],
  bundle: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  charset: 'utf8',
  minify: true,
  legalComments: 'none',
} as const;
