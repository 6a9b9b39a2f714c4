// Every security module, in the order of the design. One line each.
import type { Module } from '../facts/module.ts';
import { accessWatch } from './access-watch/index.ts';
import { assetLens } from './asset-lens/index.ts';
import { commandSentinel } from './command-sentinel/index.ts';
import { conduitKeeper } from './conduit-keeper/index.ts';
import { credentialAuditor } from './credential-auditor/index.ts';
import { firmwareGuard } from './firmware-guard/index.ts';
import { identityGuard } from './identity-guard/index.ts';
import { logicWatch } from './logic-watch/index.ts';
import { processGuard } from './process-guard/index.ts';
import { pivotHunter } from './pivot-hunter/index.ts';

export const modules: readonly Module[] = [
  assetLens,
  identityGuard,
  commandSentinel,
  processGuard,
  logicWatch,
  firmwareGuard,
  credentialAuditor,
  accessWatch,
  conduitKeeper,
  pivotHunter,
];
