// `1sec modules`: the security modules, and the alerts they can raise.
import { modules } from '../modules/index.ts';
import { techniqueText } from '../alerts/techniques.ts';
import type { Command } from './command-line.ts';
import { ExitCode } from './exit-codes.ts';
import { jsonPage } from './json-text.ts';
import { writeOutput } from './output.ts';
import { bold, severityText, standardTerminal, wrapped } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** How many modules the design names; those that exist are in modules/index.ts. */
export const MODULES_PLANNED = 16;

export const modulesCommand: Command = {
  name: 'modules',
  usage: '[--json]',
  summary: 'list the security modules and the alerts they can raise',
  options: [{ name: 'json', text: 'as one JSON object' }],
  operandsMax: 0,
  notes: [],
  run: (line) => {
    if (line.options.has('json')) writeOutput(jsonPage({ modules: modules.map((module) => module.meta) }));
    else writeOutput(modulesText(standardTerminal(line.options.get('color') ?? 'auto')));
    return Promise.resolve(ExitCode.ok);
  },
};

function modulesText(terminal: Terminal): string {
  const lines = [`${modules.length} of ${MODULES_PLANNED} modules exist.`];
  for (const { meta } of modules) {
    lines.push('', `${bold(terminal, meta.id)}  ${meta.title}`, ...paragraph(terminal, '  ', meta.purpose));
    for (const kind of meta.kinds) {
      const severity = severityText(terminal, kind.severity, kind.severity.padEnd(8));
      lines.push('', ...heading(terminal, `  ${severity}  `, 12, `${kind.title} (${kind.kind})`));
      lines.push(...paragraph(terminal, ' '.repeat(12), kind.why));
      lines.push(...paragraph(terminal, ' '.repeat(12), `What to do: ${kind.advice}`));
      if (kind.falsePositives.length > 0) {
        lines.push(...paragraph(terminal, ' '.repeat(12), `Harmless: ${kind.falsePositives.join(' ')}`));
      }
      if (kind.techniques.length > 0) {
        lines.push(...paragraph(terminal, ' '.repeat(12), kind.techniques.map(techniqueText).join(', ')));
      }
    }
  }
  return `${lines.join('\n')}\n`;
}

function heading(terminal: Terminal, prefix: string, prefixWidth: number, text: string): string[] {
  const [first, ...rest] = wrapped(text, terminal.width - prefixWidth);
  return [prefix + first!, ...rest.map((line) => ' '.repeat(prefixWidth) + line)];
}

function paragraph(terminal: Terminal, indent: string, text: string): string[] {
  return wrapped(text, terminal.width - indent.length).map((line) => indent + line);
}
