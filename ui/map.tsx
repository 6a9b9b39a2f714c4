// The network in lanes of the Purdue model: one lane a level, the highest above; lines between devices that talk.
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { MapNode, SiteMap } from './api.ts';
import { Show, useAnswer } from './parts.tsx';

const WIDTH = 1200;
const LANE = 130;
const MARGIN = 110;
const LANES: readonly (readonly [level: number | null, title: string])[] = [
  [5, '5 Enterprise'],
  [4, '4 Site'],
  [3, '3 Operations'],
  [2, '2 Supervision'],
  [1, '1 Control'],
  [0, '0 Process'],
  [null, 'level unknown'],
];

interface Placed extends MapNode {
  readonly x: number;
  readonly y: number;
}

export function MapPage(): JSX.Element {
  const loaded = useAnswer<SiteMap>('/api/map');
  return <Show loaded={loaded}>{(map) => <Lanes map={map} />}</Show>;
}

function Lanes({ map }: { readonly map: SiteMap }): JSX.Element {
  const [chosen, setChosen] = useState<string | null>(null);
  const lanes = useMemo(() => LANES.filter(([level]) => map.nodes.some((node) => node.level === level)), [map]);
  const placed = useMemo(() => place(map.nodes, lanes), [map, lanes]);
  const height = lanes.length * LANE + 10;
  const lines = map.lines.filter(({ client, server }) => chosen === null || client === chosen || server === chosen);
  return (
    <>
      <h1>Map</h1>
      <p>
        {map.nodes.length} devices, {map.lines.length} pairs that talk
        {map.omitted > 0 ? `; ${map.omitted} more devices are not shown` : ''}. Choose a device to see its lines alone;
        choose it again to see all.
      </p>
      <svg
        class="map"
        viewBox={`0 0 ${WIDTH} ${height}`}
        role="img"
        aria-label="Devices by level and who talks to whom"
      >
        {lanes.map(([level, title], index) => (
          <g key={String(level)}>
            <rect class={index % 2 === 0 ? 'lane even' : 'lane'} x="0" y={index * LANE} width={WIDTH} height={LANE} />
            <text class="title" x="8" y={index * LANE + 18}>
              {title}
            </text>
          </g>
        ))}
        {lines.map(({ client, server, protocols, count }) => {
          const from = placed.get(client);
          const to = placed.get(server);
          if (from === undefined || to === undefined) return null;
          return (
            <line
              key={`${client} ${server}`}
              class={chosen === null ? 'talk' : 'talk chosen'}
              x1={from.x}
              y1={from.y}
              x2={to.x}
              y2={to.y}
            >
              <title>{`${from.address} to ${to.address}: ${protocols.join(', ') || 'not recognised'}, ${count} conversations`}</title>
            </line>
          );
        })}
        {[...placed.values()].map((node) => (
          <g
            key={node.id}
            class={`node ${node.severity ?? 'quiet'}${chosen === node.id ? ' chosen' : ''}`}
            transform={`translate(${node.x} ${node.y})`}
            tabIndex={0}
            role="button"
            aria-pressed={chosen === node.id}
            aria-label={`${node.address}, ${node.role ?? 'role unknown'}${node.severity === null ? '' : `, worst alert ${node.severity}`}`}
            onClick={() => setChosen(chosen === node.id ? null : node.id)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' || event.key === ' ') setChosen(chosen === node.id ? null : node.id);
            }}
          >
            <circle r="9" />
            <text y="24">{node.address}</text>
            <text class="role" y="38">
              {(node.role ?? node.label ?? '').slice(0, 22)}
            </text>
          </g>
        ))}
      </svg>
      {chosen !== null && (
        <p>
          <a href={`#/assets/${encodeURIComponent(chosen)}`}>Open this device</a>
        </p>
      )}
    </>
  );
}

/** Each lane's devices side by side, in the order of the list; two rows where one is too full. */
function place(nodes: readonly MapNode[], lanes: typeof LANES): Map<string, Placed> {
  const placed = new Map<string, Placed>();
  for (const [index, [level]] of lanes.entries()) {
    const own = nodes.filter((node) => node.level === level);
    const step = (WIDTH - MARGIN) / Math.max(1, own.length);
    for (const [position, node] of own.entries()) {
      const row = own.length > 10 ? position % 2 : 0;
      placed.set(node.id, { ...node, x: MARGIN + step * (position + 0.5), y: index * LANE + 40 + row * 45 });
    }
  }
  return placed;
}
