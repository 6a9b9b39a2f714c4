// Zones against zones: what the policy says, what it allows, and what crossed; each cell opens what passed.
import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { AssetLink, Choice, Show, TableHead, timeText, useAnswer } from './parts.tsx';
import type { Segmentation, Verdict, Zone, ZoneCell } from './plant.ts';
import { texts } from './texts.ts';

const words = texts.segmentation;
/** A sign beside the colour. */
const MARKS: Readonly<Record<Verdict, string>> = {
  violating: '✕',
  observed: '●',
  unanswered: '◌',
  allowed: '✓',
  unused: '·',
};
const VERDICTS = Object.keys(MARKS) as Verdict[];

export function SegmentationPage(): JSX.Element {
  const loaded = useAnswer<Segmentation>('/api/segmentation');
  return (
    <>
      <h1>{words.title}</h1>
      <Show loaded={loaded}>
        {(site) => (site.zones.length === 0 ? <p class="empty">{words.nothing}</p> : <Matrix site={site} />)}
      </Show>
    </>
  );
}

function Matrix({ site }: { readonly site: Segmentation }): JSX.Element {
  const { zones, cells, hasPolicy, outside } = site;
  const [chosen, setChosen] = useState<ZoneCell | null>(null);
  const [only, setOnly] = useState('');
  const byPlace = useMemo(() => new Map(cells.map((cell) => [`${cell.from} ${cell.to}`, cell])), [cells]);
  const told = VERDICTS.filter((verdict) => cells.some((cell) => cell.verdict === verdict));
  return (
    <>
      <p>{hasPolicy ? words.withPolicy : words.withoutPolicy}</p>
      {outside > 0 && <p>{words.outside(outside)}</p>}
      <div class="filters">
        <Choice
          label={words.only}
          value={only}
          change={setOnly}
          choices={told.map((verdict) => [verdict, `${MARKS[verdict]} ${words.verdicts[verdict]}`])}
        />
      </div>
      <div class="matrix" tabIndex={0} role="region" aria-label={words.title}>
        <table>
          <thead>
            <tr>
              <th scope="col">{words.from}</th>
              {zones.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {zones.map((zone, from) => (
              <tr key={zone.name}>
                <th scope="row">{zone.name}</th>
                {zones.map((into, to) => {
                  const cell = byPlace.get(`${from} ${to}`);
                  const isHidden = cell === undefined || (only !== '' && cell.verdict !== only);
                  return (
                    <td key={into.name}>
                      {isHidden ? null : (
                        <CellButton
                          cell={cell}
                          zones={zones}
                          isChosen={cell === chosen}
                          choose={() => setChosen(cell === chosen ? null : cell)}
                        />
                      )}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {chosen === null ? <p class="empty">{words.choose}</p> : <Crossing cell={chosen} zones={zones} site={site} />}
      <ZoneTable zones={zones} />
    </>
  );
}

function CellButton(props: {
  readonly cell: ZoneCell;
  readonly zones: readonly Zone[];
  readonly isChosen: boolean;
  readonly choose: () => void;
}): JSX.Element {
  const { cell, zones, isChosen, choose } = props;
  const { verdict, conversations } = cell;
  const text = verdict === null ? words.within : words.verdicts[verdict];
  const [from, to] = [zones[cell.from]!.name, zones[cell.to]!.name];
  return (
    <button
      type="button"
      class={`cell ${verdict ?? 'within'}`}
      aria-pressed={isChosen}
      aria-label={words.cell(from, to, text, conversations)}
      onClick={choose}
    >
      <span aria-hidden="true">{verdict === null ? '' : MARKS[verdict]}</span> {conversations > 0 ? conversations : ''}
    </button>
  );
}

function Crossing(props: {
  readonly cell: ZoneCell;
  readonly zones: readonly Zone[];
  readonly site: Segmentation;
}): JSX.Element {
  const { cell, zones, site } = props;
  return (
    <section aria-live="polite">
      <h2>{words.crossing(zones[cell.from]!.name, zones[cell.to]!.name)}</h2>
      {site.hasPolicy && cell.verdict !== null && (
        <>
          <h3>{words.said}</h3>
          {cell.said.length === 0 ? (
            <p class="empty">{words.saidNothing}</p>
          ) : (
            <ul>
              {cell.said.map(({ protocol, functions, ports }) => (
                <li key={`${protocol} ${functions} ${ports.join()}`}>
                  {words.saidOf(protocol, functions ?? '', ports.join(', '))}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
      <h3>{words.passed}</h3>
      <table>
        <TableHead titles={words.headings} />
        <tbody>
          {cell.services.map((service) => (
            <tr key={service.service}>
              <th scope="row">{service.service}</th>
              <td>{service.ports.slice(0, 8).join(', ') || '–'}</td>
              <td>{service.access ?? '–'}</td>
              <td class={`judged ${service.verdict ?? 'within'}`}>
                {service.verdict === null
                  ? words.within
                  : `${MARKS[service.verdict]} ${words.verdicts[service.verdict]}`}
              </td>
              <td class="number">{service.pairs}</td>
              <td class="number">{service.conversations}</td>
              <td>{timeText(service.last)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function ZoneTable({ zones }: { readonly zones: readonly Zone[] }): JSX.Element {
  return (
    <>
      <h2>{words.zones}</h2>
      <table>
        <TableHead titles={words.zoneHeadings} />
        <tbody>
          {zones.map(({ name, level, hostCount, because, hosts }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{level ?? '–'}</td>
              <td class="number">{hostCount}</td>
              <td>{because}</td>
              <td>
                {hosts.slice(0, 6).map(({ address, asset }) => (
                  <span key={address}>{asset === null ? address : <AssetLink id={asset}>{address}</AssetLink>} </span>
                ))}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
