// `npm run score:devices [-- --write]`: how many set-ups of real devices the behavioural fingerprint names correctly, each
// judged by a table that holds no set-up of its fold. With --write the part of docs/scores.md is written again.
// Exit code 3 where the collection is missing.
import type { FeatureKind } from '../src/assets/fingerprints/features.ts';
import { deviceCaptures, readSetup, type DeviceSetup } from './device-captures.ts';
import {
  crossValidated,
  isBelow,
  isRight,
  leftOut,
  limitOf,
  nested,
  ofKinds,
  otherOfPair,
  type Judged,
} from './device-folds.ts';
import { writeScore } from './score-judging.ts';

const WAYS: readonly { readonly name: string; readonly kinds: readonly FeatureKind[] }[] = [
  { name: 'traffic alone', kinds: ['traffic'] },
  { name: 'with names', kinds: ['traffic', 'names'] },
  { name: 'with the MAC prefix too', kinds: ['traffic', 'names', 'prefix'] },
];

/** Types that are one platform under several names: told apart, if at all, by how they are used. */
const FAMILIES = [
  ['SmarterCoffee', 'iKettle2'],
  ['EdimaxPlug1101W', 'EdimaxPlug2101W'],
  ['TP-LinkPlugHS100', 'TP-LinkPlugHS110'],
  ['D-LinkSensor', 'D-LinkSiren', 'D-LinkWaterSensor', 'D-LinkSwitch'],
  ['WeMoSwitch', 'WeMoInsightSwitch', 'WeMoLink'],
];

const familyOf = (type: string): string => FAMILIES.find((family) => family.includes(type))?.join(', ') ?? type;
const isSmarter = (type: string): boolean => FAMILIES[0]!.includes(type);
const isRightOrPair = (judged: Judged): boolean =>
  isRight(judged) || (isSmarter(judged.setup.type) && isSmarter(judged.answer.nearest));

function share(list: readonly Judged[], holds: (judged: Judged) => boolean): string {
  const count = list.filter(holds).length;
  return `${((100 * count) / list.length).toFixed(1)} % (${count} of ${list.length})`;
}

/** `EdimaxPlug1101W taken for EdimaxPlug2101W 3 times`, the most frequent first. */
function confusions(list: readonly Judged[]): string {
  const counts = new Map<string, number>();
  for (const { setup, answer } of list.filter((judged) => !isRight(judged))) {
    const text = `${setup.type} taken for ${answer.nearest === '' ? 'nothing' : answer.nearest}`;
    counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const sorted = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  return sorted.map(([text, count]) => `${text} ${count}×`).join(', ') || 'none';
}

/** The limit taken from one half of the set-ups, odd or even by their numbers, and what it does to the other half. */
function acrossHalves(known: readonly Judged[], unknown: readonly Judged[]): string[] {
  return [0, 1].flatMap((half) => {
    const limit = limitOf(known.filter(({ setup }) => setup.setup % 2 === half));
    const isOther = ({ setup }: Judged): boolean => setup.setup % 2 !== half;
    return [
      share(known.filter(isOther), (judged) => isBelow(judged, limit)),
      share(unknown.filter(isOther), (judged) => !isBelow(judged, limit)),
    ];
  });
}

/** Share of the left-out set-ups above the surprise that 97 of 100 known ones stay below. */
function rejection(known: readonly Judged[], unknown: readonly Judged[]): string[] {
  const limit = limitOf(known);
  const isRejected = (judged: Judged): boolean => !isBelow(judged, limit);
  const apart = unknown.filter(({ setup }) => familyOf(setup.type) === setup.type);
  return [
    limit.toFixed(2),
    share(unknown, isRejected),
    share(apart, isRejected),
    share(unknown, (judged) => isRejected(judged) || familyOf(judged.answer.nearest) === familyOf(judged.setup.type)),
    share(known, ({ answer }) => answer.type !== ''),
    share(unknown, ({ answer }) => answer.type === ''),
  ];
}

function table(rows: readonly (readonly string[])[]): string[] {
  const [head, ...rest] = rows;
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |`;
  return [line(head!), line(head!.map(() => '---')), ...rest.map(line)];
}

function report(setups: readonly DeviceSetup[]): string[] {
  const results = WAYS.map(({ name, kinds }) => {
    const chosen = ofKinds(setups, kinds);
    return {
      name,
      crossed: crossValidated(chosen),
      unknown: leftOut(chosen),
      pairs: otherOfPair(chosen),
      nested: nested(chosen),
    };
  });
  const types = [...new Set(setups.map(({ type }) => type))].sort();
  return [
    `${setups.length} set-ups of ${new Set(setups.map(({ device }) => device)).size} devices of ${types.length} types.`,
    '',
    ...table([
      ['', 'identified correctly', 'SmarterCoffee and iKettle2 as one of two', 'the other device of a pair'],
      ...results.map(({ name, crossed, pairs }) => [
        name,
        share(crossed, isRight),
        share(crossed, isRightOrPair),
        share(pairs, isRight),
      ]),
    ]),
    '',
    'Nothing chosen by what is judged:',
    '',
    ...table([
      [
        '',
        'identified correctly',
        'SmarterCoffee and iKettle2 as one of two',
        'the other device of a pair',
        'known accepted',
        'left-out types called unknown',
      ],
      ...results.map(({ name, nested: { crossed, pairs, accepted, left, rejected } }) => [
        name,
        share(crossed, isRight),
        share(crossed, isRightOrPair),
        share(pairs, isRight),
        share(crossed, (judged) => accepted.includes(judged)),
        share(left, (judged) => rejected.includes(judged)),
      ]),
    ]),
    '',
    ...results.map(({ name, crossed, pairs }) => `- ${name}: ${confusions(crossed)}. Of pairs: ${confusions(pairs)}.`),
    '',
    ...table([
      [
        '',
        'surprise that 97 % of known stay below',
        'left-out types called unknown',
        'of those without a sibling',
        'called unknown or a sibling',
        'known accepted at the limit of the program',
        'left-out unknown there',
      ],
      ...results.map(({ name, crossed, unknown }) => [name, ...rejection(crossed, unknown)]),
    ]),
    '',
    ...table([
      [
        '',
        'limit of the even ones: odd known accepted',
        'odd left-out unknown',
        'limit of the odd ones: even known accepted',
        'even left-out unknown',
      ],
      ...results.map(({ name, crossed, unknown }) => [name, ...acrossHalves(crossed, unknown)]),
    ]),
    '',
    ...table([
      ['type', ...WAYS.map(({ name }) => name), 'left out: unknown', 'left out, with names: unknown'],
      ...types.map((type) => {
        const of = (list: readonly Judged[]): Judged[] => list.filter(({ setup }) => setup.type === type);
        const fraction = (list: readonly Judged[], holds: (judged: Judged) => boolean): string =>
          `${list.filter(holds).length} of ${list.length}`;
        return [
          type,
          ...results.map(({ crossed }) => fraction(of(crossed), isRight)),
          fraction(of(results[0]!.unknown), ({ answer }) => answer.type === ''),
          fraction(of(results[1]!.unknown), ({ answer }) => answer.type === ''),
        ];
      }),
    ]),
  ];
}

async function main(): Promise<number> {
  const paths = deviceCaptures();
  if (paths.length === 0) {
    console.log('the captures of devices are not there');
    return 3;
  }
  const setups: DeviceSetup[] = [];
  for (const path of paths) {
    const setup = await readSetup(path);
    if (setup === null) console.log(`${path}: the device did not speak`);
    else setups.push(setup);
  }
  const lines = report(setups).join('\n');
  console.log(lines);
  if (process.argv.includes('--write')) await writeScore('score:devices', lines);
  return 0;
}

if (import.meta.main) process.exitCode = await main();
