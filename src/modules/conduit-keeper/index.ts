// Keeps zones and conduits: by the policy of a person where there is one, else by what traffic tells of levels, networks
// and the Internet.
import type { Claim, Conversation } from '../../facts/facts.ts';
import type { Module, ModuleHandlers, Site } from '../../facts/module.ts';
import { InternetTalks } from './internet.ts';
import { KINDS } from './kinds.ts';
import { Levels } from './levels.ts';
import { NamesAsked } from './names.ts';
import { UsualPaths } from './paths.ts';
import { Places } from './places.ts';
import { PolicyJudge } from './policy-judge.ts';
import { TwoNetworks } from './two-networks.ts';

export const conduitKeeper: Module = {
  meta: {
    id: 'conduit-keeper',
    title: 'Conduit keeper',
    purpose:
      'Tells of traffic between zones that no conduit allows or that is new, of levels skipped, the Internet, and devices in two zones.',
    scope: 'site',
    kinds: KINDS,
  },
  start: (site) => {
    const handlers = withoutPolicy(site);
    // A policy is judged by, whatever a baseline takes for usual; while one is learned, nothing is judged.
    if (site.policy === undefined || site.learning.isTeaching) return handlers;
    return byPolicy(new PolicyJudge(site, site.policy), handlers);
  },
};

/** What says something of places, and what is judged with and without a policy. */
function withoutPolicy(site: Site): ModuleHandlers {
  const places = new Places(site);
  const [internet, levels, names] = [
    new InternetTalks(site, places),
    new Levels(site, places),
    new NamesAsked(site, places),
  ];
  // A policy says better which zones there are and what may pass between them.
  const paths = site.policy === undefined ? new UsualPaths(site, places) : null;
  const twoNetworks = site.policy === undefined ? new TwoNetworks(site, places) : null;
  const review = (host: number): void => {
    internet.reviewed(host);
    names.reviewed(host);
  };
  const conversation = (heard: Conversation): void => {
    places.conversation(heard);
    internet.conversation(heard);
    levels.conversation(heard);
    paths?.conversation(heard);
    twoNetworks?.conversation(heard);
    if (!places.control.isIndustrial(heard.protocol)) return;
    review(heard.client);
    review(heard.server);
  };
  const claim = (heard: Claim): void => {
    places.claim(heard);
    twoNetworks?.claim(heard);
    if (heard.attribute === 'level' || heard.attribute === 'role') review(heard.host);
  };
  return { conversation, claim, trait: (trait) => names.trait(trait) };
}

function byPolicy(judge: PolicyJudge, others: ModuleHandlers): ModuleHandlers {
  return {
    ...others,
    families: ['process', 'building', 'messaging', 'management'],
    operation: (operation) => judge.operation(operation),
    conversation: (conversation) => {
      others.conversation!(conversation);
      judge.conversation(conversation);
    },
    claim: (claim) => {
      others.claim!(claim);
      if (claim.attribute === 'role' && claim.unit < 0) judge.role(claim.host, claim.value);
    },
  };
}
