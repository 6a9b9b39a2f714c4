// Turns incidents into text for a person: the story of each, a line a step.
import { grouped, showable } from '../bytes/text.ts';
import type { Incident, IncidentHost, IncidentStep } from '../facts/alert.ts';
import { bold, faint, severityText, wrapped, type Terminal } from './terminal.ts';
import { readableDuration, readableTime } from './timestamp.ts';

const INCIDENTS_SHOWN_MAX = 20;
/** Steps of the story that are shown: the first and the last ones. */
const STEPS_SHOWN_MAX = 10;
const LABEL_WIDTH = 12;
const TEXT_WIDTH_MAX = 110;

export function incidentLines(incidents: readonly Incident[], terminal: Terminal): string[] {
  if (incidents.length === 0) return [];
  const lines = [bold(terminal, 'Incidents, worst first')];
  for (const incident of incidents.slice(0, INCIDENTS_SHOWN_MAX)) lines.push('', ...storyLines(incident, terminal));
  const more = incidents.length - INCIDENTS_SHOWN_MAX;
  if (more > 0) lines.push('', `and ${grouped(more)} more: --json lists all`);
  return lines;
}

function storyLines(incident: Incident, terminal: Terminal): string[] {
  const width = Math.min(terminal.width, TEXT_WIDTH_MAX) - LABEL_WIDTH;
  const indent = ' '.repeat(LABEL_WIDTH);
  const label = incident.severity.toUpperCase();
  const [first, ...rest] = wrapped(showable(incident.title, 2000), width);
  const lines = [
    severityText(terminal, incident.severity, label) + ' '.repeat(LABEL_WIDTH - label.length) + bold(terminal, first!),
    ...rest.map((line) => indent + bold(terminal, line)),
  ];
  const say = (name: string, text: string): void => {
    if (text === '') return;
    wrapped(text, width).forEach((line, index) => {
      lines.push(faint(terminal, index === 0 ? `  ${name}`.padEnd(LABEL_WIDTH) : indent) + line);
    });
  };
  say('when', spanOf(incident));
  shownSteps(incident.steps).forEach((step, index) => {
    say(index === 0 ? 'story' : '', typeof step === 'string' ? step : stepText(step, incident.hosts));
  });
  say('incident', incident.id);
  return lines;
}

function spanOf({ firstUs, lastUs }: Incident): string {
  const first = readableTime(firstUs);
  const last = readableTime(lastUs);
  if (first === last) return `${first} UTC`;
  const lastShort = first.slice(0, 11) === last.slice(0, 11) ? last.slice(11) : last;
  return `${first} to ${lastShort} UTC (${readableDuration(lastUs - firstUs)})`;
}

/** All, or the first and the last with a word about those between. */
function shownSteps(steps: readonly IncidentStep[]): (IncidentStep | string)[] {
  if (steps.length <= STEPS_SHOWN_MAX) return [...steps];
  const half = STEPS_SHOWN_MAX / 2;
  return [...steps.slice(0, half), `and ${grouped(steps.length - 2 * half)} more`, ...steps.slice(-half)];
}

/** `17:09:59 access: 192.0.2.66 → 192.0.2.10: Somebody tried default credentials (medium)`. */
function stepText(step: IncidentStep, hosts: readonly IncidentHost[]): string {
  const name = (index: number): string => {
    const { ip, mac, asset } = hosts[index]!;
    return ip ?? mac ?? asset;
  };
  const who = [step.from, step.to].filter((index) => index >= 0).map(name);
  const time = readableTime(step.timeUs).slice(11);
  return showable(`${time} ${step.stage}: ${who.join(' → ')}: ${step.title} (${step.severity})`, 2000);
}
