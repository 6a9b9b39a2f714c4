// Tells commands that a person announced: sent by a declared engineering station in a declared maintenance window.
import type { Site } from '../../facts/module.ts';
import type { Operation } from '../../facts/operation.ts';

/** Why the command is no alarm here, as a sentence; '' where nobody announced it. */
export function plannedText(site: Site, operation: Operation): string {
  const { intent, hosts } = site;
  if (intent?.isEngineeringStation(operation.client) !== true) return '';
  const window = intent.windowAt(operation.server, operation.timeUs);
  if (window === null) return '';
  return `It is noted only: 1sec.yaml declares ${hosts.address(operation.client)} an engineering station, and the maintenance window "${window.name}" for this time.`;
}
