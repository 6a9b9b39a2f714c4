// The network in lanes of the Purdue model and groups of a zone: what is done between devices, by colour, dash and word.
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { WIDTH, layoutOf, type Box, type Layout, type Placed } from './map-layout.ts';
import { TimeSlider } from './map-time.tsx';
import { AssetLink, Show, TableHead, useAnswer } from './parts.tsx';
import { DOINGS, type Doing, type MapLine, type SiteMap } from './plant.ts';
import { texts } from './texts.ts';

const words = texts.map;

export function MapPage(): JSX.Element {
  const [group, setGroup] = useState('');
  const [span, setSpan] = useState({ from: '', until: '' });
  const loaded = useAnswer<SiteMap>('/api/map', { ...span, group });
  return (
    <>
      <h1>{words.title}</h1>
      <Show loaded={loaded}>
        {(map) =>
          map.devices === 0 ? (
            <p class="empty">{words.nothing}</p>
          ) : (
            <>
              <TimeSlider map={map} chosen={setSpan} />
              <Lanes map={map} open={(key) => setGroup(key === group ? '' : key)} />
            </>
          )
        }
      </Show>
    </>
  );
}

function Lanes({ map, open }: { readonly map: SiteMap; readonly open: (group: string) => void }): JSX.Element {
  const [chosen, setChosen] = useState<string | null>(null);
  const [hidden, setHidden] = useState<readonly Doing[]>([]);
  const [protocol, setProtocol] = useState('');
  const layout = useMemo(() => layoutOf(map), [map]);
  const protocols = useMemo(() => [...new Set(map.lines.flatMap((line) => line.protocols))].sort(), [map]);
  const lines = map.lines.filter(
    (line) =>
      line.doings.some((doing) => !hidden.includes(doing)) &&
      (protocol === '' || line.protocols.includes(protocol)) &&
      (chosen === null || line.from === chosen || line.to === chosen),
  );
  const names = useMemo(() => namesOf(map), [map]);
  const isLarge = map.groups.some(({ isOpen }) => !isOpen);
  return (
    <>
      <p>
        {words.summary(map.devices, map.groups.length, lines.length)} {isLarge ? words.howLarge : words.howSmall}{' '}
        {map.linesOmitted > 0 ? words.omitted(map.linesOmitted) : ''}
      </p>
      <div class="filters">
        <Legend
          hidden={hidden}
          toggle={(doing) =>
            setHidden(hidden.includes(doing) ? hidden.filter((each) => each !== doing) : [...hidden, doing])
          }
        />
        <label>
          {words.protocol}{' '}
          <select value={protocol} onChange={(event) => setProtocol(event.currentTarget.value)}>
            <option value="">{words.allProtocols}</option>
            {protocols.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <svg class="map" viewBox={`0 0 ${WIDTH} ${layout.height}`} role="group" aria-label={words.picture}>
        <LaneRows layout={layout} />
        {layout.boxes.map((box) => (
          <GroupBox key={box.group.key} box={box} open={open} />
        ))}
        {lines.map((line) => (
          <LinePath key={`${line.from} ${line.to}`} line={line} layout={layout} names={names} />
        ))}
        {layout.nodes.map((placed) => (
          <Device
            key={placed.node.id}
            placed={placed}
            isChosen={chosen === placed.node.id}
            choose={() => setChosen(chosen === placed.node.id ? null : placed.node.id)}
          />
        ))}
      </svg>
      {chosen !== null && <LinesOf chosen={chosen} lines={lines} names={names} />}
    </>
  );
}

function levelText(level: number | null): string {
  return words.levels[(level ?? 'unknown') as keyof typeof words.levels];
}

function LaneRows({ layout }: { readonly layout: Layout }): JSX.Element {
  return (
    <>
      {layout.lanes.map(({ level, y, height }, index) => (
        <g key={String(level)}>
          <rect class={index % 2 === 0 ? 'lane even' : 'lane'} x="0" y={y} width={WIDTH} height={height} />
          <text class="title" x="12" y={y + 18}>
            {levelText(level)}
          </text>
        </g>
      ))}
    </>
  );
}

/** A closed group is a button; an open one has its name on the edge, which closes it where it can be closed. */
function GroupBox({ box, open }: { readonly box: Box; readonly open: (group: string) => void }): JSX.Element {
  const { group, x, y, width, height } = box;
  const label = group.isOpen
    ? words.closeGroup(group.zone)
    : words.openGroup(group.zone, levelText(group.level), group.devices);
  return (
    <g
      class={`zone ${group.isOpen ? 'open' : ''} ${group.severity ?? 'quiet'}`}
      transform={`translate(${x} ${y})`}
      tabIndex={0}
      role="button"
      aria-expanded={group.isOpen}
      aria-label={group.severity === null ? label : `${label}; ${words.worst(group.severity)}`}
      onClick={() => open(group.key)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        open(group.key);
      }}
    >
      <rect width={width} height={height} rx="6" />
      <text class="name" x="10" y="17">
        {group.zone}
      </text>
      {!group.isOpen && (
        <>
          <text x="10" y="34">
            {words.devices(group.devices)}
            {group.severity === null ? '' : `, ${group.severity}`}
          </text>
          <text class="role" x="10" y="51">
            {group.roles
              .slice(0, 2)
              .map(({ name, count }) => `${count} ${name}`)
              .join(', ')}
          </text>
        </>
      )}
    </g>
  );
}

function Device(props: {
  readonly placed: Placed;
  readonly isChosen: boolean;
  readonly choose: () => void;
}): JSX.Element {
  const { placed, isChosen, choose } = props;
  const { node, x, y } = placed;
  const role = node.role ?? words.roleUnknown;
  return (
    <g
      class={`node ${node.severity ?? 'quiet'}${isChosen ? ' chosen' : ''}`}
      transform={`translate(${x} ${y})`}
      tabIndex={0}
      role="button"
      aria-pressed={isChosen}
      aria-label={`${node.address}, ${role}${node.severity === null ? '' : `, ${words.worst(node.severity)}`}`}
      onClick={choose}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        choose();
      }}
    >
      <circle r="8" />
      <text y="21">{node.address}</text>
      <text class="role" y="33">
        {(node.role ?? node.label ?? '').slice(0, 18)}
      </text>
    </g>
  );
}

/** What it does most gravely gives it its look; all of it stands in its words. */
function LinePath(props: {
  readonly line: MapLine;
  readonly layout: Layout;
  readonly names: ReadonlyMap<string, string>;
}): JSX.Element | null {
  const { line, layout, names } = props;
  const from = layout.spots.get(line.from);
  const to = layout.spots.get(line.to);
  if (from === undefined || to === undefined) return null;
  const doing = DOINGS.find((each) => line.doings.includes(each)) ?? 'talk';
  return (
    <line class={`talk ${doing}`} x1={from.x} y1={from.y} x2={to.x} y2={to.y}>
      <title>
        {words.line(
          names.get(line.from) ?? '',
          names.get(line.to) ?? '',
          doingsText(line),
          line.protocols.join(', ') || words.unrecognised,
          line.conversations,
        )}
      </title>
    </line>
  );
}

function doingsText({ doings }: MapLine): string {
  return DOINGS.filter((doing) => doings.includes(doing))
    .map((doing) => words.doings[doing])
    .join(', ');
}

function Legend(props: { readonly hidden: readonly Doing[]; readonly toggle: (doing: Doing) => void }): JSX.Element {
  return (
    <fieldset class="legend">
      <legend>{words.shown}</legend>
      {DOINGS.map((doing) => (
        <label key={doing}>
          <input type="checkbox" checked={!props.hidden.includes(doing)} onChange={() => props.toggle(doing)} />
          <svg viewBox="0 0 36 10" width="36" height="10" aria-hidden="true">
            <line class={`talk ${doing}`} x1="0" y1="5" x2="36" y2="5" />
          </svg>{' '}
          {words.doings[doing]}
        </label>
      ))}
    </fieldset>
  );
}

/** The same in words, for who cannot see the picture. */
function LinesOf(props: {
  readonly chosen: string;
  readonly lines: readonly MapLine[];
  readonly names: ReadonlyMap<string, string>;
}): JSX.Element {
  const { chosen, lines, names } = props;
  const name = (key: string): string => names.get(key) ?? key;
  return (
    <section aria-live="polite">
      <h2>{words.linesOf(name(chosen))}</h2>
      <p>
        <AssetLink id={chosen}>{words.open}</AssetLink>
      </p>
      <table>
        <TableHead titles={words.headings} />
        <tbody>
          {lines.slice(0, 100).map((line) => (
            <tr key={`${line.from} ${line.to}`}>
              <td>{name(line.from)}</td>
              <td>{name(line.to)}</td>
              <td>{doingsText(line)}</td>
              <td>{line.protocols.join(', ') || '–'}</td>
              <td class="number">{line.conversations}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function namesOf(map: SiteMap): Map<string, string> {
  const names = new Map<string, string>();
  for (const { key, zone, level } of map.groups) names.set(key, `${zone} (${levelText(level)})`);
  for (const { id, address } of map.nodes) names.set(id, address);
  return names;
}
