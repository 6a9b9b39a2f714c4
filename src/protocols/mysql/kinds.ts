// Names the kinds of packets of MySQL that tell by themselves what they are: the greeting, the login, the commands, and what
// begins an answer (MySQL Internals Manual 14.1.3, 14.2, 14.4 to 14.8).

const COMMANDS = [
  ...['SLEEP', 'QUIT', 'INIT_DB', 'QUERY', 'FIELD_LIST', 'CREATE_DB', 'DROP_DB', 'REFRESH', 'SHUTDOWN', 'STATISTICS'],
  ...['PROCESS_INFO', 'CONNECT', 'PROCESS_KILL', 'DEBUG', 'PING', 'TIME', 'DELAYED_INSERT', 'CHANGE_USER'],
  ...['BINLOG_DUMP', 'TABLE_DUMP', 'CONNECT_OUT', 'REGISTER_SLAVE', 'STMT_PREPARE', 'STMT_EXECUTE'],
  ...['STMT_SEND_LONG_DATA', 'STMT_CLOSE', 'STMT_RESET', 'SET_OPTION', 'STMT_FETCH', 'DAEMON', 'BINLOG_DUMP_GTID'],
  'RESET_CONNECTION',
];

export const GREETING = 'greeting';
export const LOGIN = 'login';
export const ERROR = 'error';

export const MESSAGE_KINDS: readonly string[] = [
  GREETING,
  LOGIN,
  ...COMMANDS.map((_, command) => commandKind(command)),
  ERROR,
];

export function commandKind(command: number): string {
  return `COM_${COMMANDS[command] ?? command}`;
}
