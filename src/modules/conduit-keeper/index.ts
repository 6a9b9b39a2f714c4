// Keeps zones and conduits: judges by the policy of a person; without one it says nothing yet.
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import { KINDS } from './kinds.ts';
import { PolicyJudge } from './policy-judge.ts';

export const conduitKeeper: Module = {
  meta: {
    id: 'conduit-keeper',
    title: 'Conduit keeper',
    purpose:
      'Tells of traffic between zones that no conduit of the policy allows, and of devices that stand in two zones.',
    scope: 'site',
    kinds: KINDS,
  },
  start: (site) => (site.policy === undefined ? {} : byPolicy(site, new PolicyJudge(site, site.policy))),
};

function byPolicy(site: Site, judge: PolicyJudge): ModuleHandlers {
  // A policy is judged by, whatever a baseline takes for usual; while one is learned, nothing is judged.
  if (site.learning.isTeaching) return {};
  return {
    families: ['process', 'building', 'messaging', 'management'],
    operation: (operation) => judge.operation(operation),
    conversation: (conversation) => judge.conversation(conversation),
    claim: ({ host, unit, attribute, value }) => {
      if (attribute === 'role' && unit < 0) judge.role(host, value);
    },
  };
}
