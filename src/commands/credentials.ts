// `1sec credentials`: which credentials are known as default or weak, what one of them would be called, and how a list of
// one's own is made.
import { UsageError, type Command, type CommandLine } from './command-line.ts';
import { LIST_FORMS } from './credential-forms.ts';
import { didYouMean } from './did-you-mean.ts';

const ACTIONS = ['list', 'test', 'import'];

export const credentialsCommand: Command = {
  name: 'credentials',
  usage: 'list | test VENDOR|- USER PASSWORD|- | import FILE [options]',
  summary: 'list known default credentials, test one, or make a list of your own',
  options: [
    { name: 'vendor', value: 'TEXT', text: 'of list: only where the name of the vendor contains it' },
    { name: 'protocol', value: 'NAME', text: 'of list and test: only for logins by this protocol' },
    { name: 'user', value: 'NAME', text: 'of list: only of this user' },
    { name: 'credentials', value: 'FILE', text: 'of list and test: your own list beside the shipped one' },
    { name: 'json', text: 'one JSON object instead of text' },
    {
      name: 'form',
      value: 'FORM',
      choices: LIST_FORMS,
      text: 'of import: the form of the list, where it is not recognised',
    },
    { name: 'to', value: 'FILE', text: 'of import: the file to write (default: standard output)' },
  ],
  operandsMax: 4,
  notes: [
    "list shows what a device may be shipped with; 'row' is what an alert names.",
    [
      'test says what credential-auditor would call a login with this user and password on a device of this vendor (-: not',
      'known): default, built-in, weak or other. An empty USER is a login without one, such as an SNMP community. PASSWORD -',
      'is read from standard input, one line; the command line of a program can be seen by others on the machine.',
    ].join(' '),
    [
      'import reads TSV and CSV (columns by header, or user and password), colon lists (user:password,',
      'address:user:password), user;password, what hydra has found, and one password a line, and says which lines it',
      'left out and why.',
      "'1sec analyze --credentials FILE' uses what it writes; alerts then name FILE and the row.",
    ].join(' '),
    'The shape of --json: docs/formats.md.',
  ],
  run: runCredentials,
};

async function runCredentials(line: CommandLine): Promise<number> {
  const [action, ...operands] = line.operands;
  if (action === undefined || !ACTIONS.includes(action)) {
    const given = action === undefined ? 'credentials needs a word' : `credentials cannot '${action}'`;
    const meant = action === undefined ? '' : didYouMean(action, ACTIONS);
    throw new UsageError(`${given}: list, test or import${meant}; see '1sec help credentials'`);
  }
  refuseForeignOptions(line, action);
  if (action === 'list') return (await import('./credential-list.ts')).listCredentials(line, operands);
  if (action === 'test') return (await import('./credential-test.ts')).testCredential(line, operands);
  return (await import('./credential-import.ts')).importCredentials(line, operands);
}

const OPTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  list: ['vendor', 'protocol', 'user', 'credentials', 'json'],
  test: ['protocol', 'credentials', 'json'],
  import: ['to', 'form', 'json'],
};

function refuseForeignOptions(line: CommandLine, action: string): void {
  for (const { name } of credentialsCommand.options) {
    if (line.options.has(name) && !OPTIONS_OF[action]!.includes(name)) {
      throw new UsageError(`--${name} does not belong to credentials ${action}; see '1sec help credentials'`);
    }
  }
}
