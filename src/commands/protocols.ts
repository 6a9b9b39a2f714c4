// `1sec protocols`: the protocols that are decoded.
import type { Protocol } from '../facts/protocol.ts';
import { protocols } from '../protocols/index.ts';
import type { Command } from './command-line.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonPage } from './json-text.ts';
import { writeOutput } from './output.ts';
import { bold, standardTerminal, wrapped } from './terminal.ts';

export const protocolsCommand: Command = {
  name: 'protocols',
  usage: '[--json]',
  summary: 'list the protocols that are decoded',
  options: [{ name: 'json', text: 'as one JSON object' }],
  operandsMax: 0,
  notes: ['Ports are only a hint: a protocol is recognised by its content, on any port.'],
  run: (line) => {
    if (line.options.has('json')) {
      const rows = protocols.map(({ name, title, transports, ports, summary }) => ({
        name,
        title,
        transports,
        ports,
        summary,
      }));
      writeOutput(jsonPage({ protocols: rows }));
      return Promise.resolve(ExitCode.ok);
    }
    const terminal = standardTerminal(line.options.get('color') ?? 'auto');
    const lines: string[] = [];
    for (const protocol of protocols) {
      const where = whereOf(protocol);
      lines.push(`${bold(terminal, protocol.name)}  ${protocol.title} (${where})`);
      lines.push(...wrapped(protocol.summary, terminal.width - 2).map((text) => `  ${text}`));
    }
    writeOutput(`${lines.join('\n')}\n`);
    return Promise.resolve(ExitCode.ok);
  },
};

function whereOf({ transports, ports }: Protocol): string {
  if (transports.includes('link'))
    return `on Ethernet; EtherType ${ports.map((type) => `0x${type.toString(16)}`).join(', ')}`;
  if (transports.includes('ip')) return `on IP; protocol ${ports.join(', ')}`;
  return `${transports.join(', ')}; usual ${ports.length === 1 ? 'port' : 'ports'} ${ports.join(', ')}`;
}
