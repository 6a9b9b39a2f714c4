// Every command, in the order in which help shows them. A command's file is loaded only when it is asked for.
import type { Command } from './command-line.ts';

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'analyze',
    summary: 'say what is on the network in a capture, and what is wrong there',
    load: async () => (await import('./analyze.ts')).analyzeCommand,
  },
  {
    name: 'watch',
    summary: 'say what is wrong on a live network, while it happens',
    load: async () => (await import('./watch.ts')).watchCommand,
  },
  {
    name: 'demo',
    summary: 'show the verdict on the bundled capture of a small plant',
    load: async () => (await import('./demo.ts')).demoCommand,
  },
  {
    name: 'serve',
    summary: 'show the dashboard of a site database in a browser',
    load: async () => (await import('./serve.ts')).serveCommand,
  },
  {
    name: 'tokens',
    summary: 'make, list and revoke the tokens that open the dashboard',
    load: async () => (await import('./tokens.ts')).tokensCommand,
  },
  {
    name: 'assets',
    summary: 'list the devices that a site database knows',
    load: async () => (await import('./assets.ts')).assetsCommand,
  },
  {
    name: 'alerts',
    summary: 'list the alerts that a site database holds, worst first',
    load: async () => (await import('./alerts.ts')).alertsCommand,
  },
  {
    name: 'flows',
    summary: 'list the conversations that a site database holds',
    load: async () => (await import('./flows.ts')).flowsCommand,
  },
  {
    name: 'report',
    summary: 'write a report of a saved site as HTML that prints well',
    load: async () => (await import('./report.ts')).reportCommand,
  },
  {
    name: 'evidence',
    summary: 'cut the frames that prove a stored alert into a pcapng, without secrets',
    load: async () => (await import('./evidence-command.ts')).evidenceCommand,
  },
  {
    name: 'baseline',
    summary: 'learn from captures what is usual, into a file that can be read and edited',
    load: async () => (await import('./baseline.ts')).baselineCommand,
  },
  {
    name: 'policy',
    summary: 'infer zones and conduits from captures, and judge others against them',
    load: async () => (await import('./policy.ts')).policyCommand,
  },
  {
    name: 'credentials',
    summary: 'list known default credentials, test one, or make a list of your own',
    load: async () => (await import('./credentials.ts')).credentialsCommand,
  },
  {
    name: 'firmware',
    summary: 'look into firmware images, and keep the signed set of those that are known to be good',
    load: async () => (await import('./firmware.ts')).firmwareCommand,
  },
  {
    name: 'fingerprint',
    summary: 'tell what a device is by how it behaves, and learn devices of your own',
    load: async () => (await import('./fingerprint.ts')).fingerprintCommand,
  },
  {
    name: 'config',
    summary: 'check the file that says what is intended at a site, or print an example',
    load: async () => (await import('./config.ts')).configCommand,
  },
  {
    name: 'facts',
    summary: 'print what was decoded, one fact a line, as JSON',
    load: async () => (await import('./facts.ts')).factsCommand,
  },
  {
    name: 'modules',
    summary: 'list the security modules and the alerts they can raise',
    load: async () => (await import('./modules.ts')).modulesCommand,
  },
  {
    name: 'protocols',
    summary: 'list the protocols that are decoded',
    load: async () => (await import('./protocols.ts')).protocolsCommand,
  },
  {
    name: 'doctor',
    summary: 'say whether this machine can capture, and what stands in the way',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  {
    name: 'completion',
    summary: 'print a script that completes commands and options in a shell',
    load: async () => (await import('./completion.ts')).completionCommand,
  },
  {
    name: 'version',
    summary: 'print the version',
    load: async () => (await import('./version.ts')).versionCommand,
  },
  {
    name: 'help',
    summary: 'explain the program or one of its commands',
    load: async () => (await import('./help.ts')).helpCommand,
  },
];
