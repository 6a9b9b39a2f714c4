// Builds the capture of this folder, byte for byte: an operator station logs in to a historian, reads a recipe, leaves a
// program there and makes a service of it. golden.test.ts compares it with the file; `npm run golden -- --update` writes it.
import { TcpExample } from '../../example-conversation.ts';
import { ntowfV1, v1Response } from '../../ntlm-responses.ts';
import {
  CHALLENGE,
  SVCCTL,
  closeBody,
  createBody,
  createdBody,
  framed,
  le16,
  le32,
  negotiateAnswer,
  ntlmAuthenticate,
  ntlmChallenge,
  ntlmNegotiate,
  readAnswerBody,
  readBody,
  rpcBind,
  rpcFault,
  rpcRequest,
  rpcResponse,
  rpcString,
  sessionAnswer,
  sessionSetup,
  smb2,
  treeAnswer,
  treeConnect,
  writeBody,
} from '../example-messages.ts';

const CLOSED = [...le16(60), ...new Array<number>(58).fill(0)];
const HANDLE = new Array<number>(20).fill(7);

class Conversation extends TcpExample {
  #id = 3;

  /** A request and its answer in the tree. */
  ask(command: number, tree: number, body: readonly number[], answer: readonly number[], status = 0): this {
    const id = ++this.#id;
    this.send(true, framed(smb2({ command, id, tree }, body)));
    return this.send(false, framed(smb2({ command, id, tree, isAnswer: true, status }, answer)));
  }

  /** What a write to a pipe and the read behind it carry. */
  call(request: readonly number[], answer: readonly number[]): this {
    this.ask(9, 6, writeBody(20, 0, request), [...le16(17), 0, 0, ...le32(request.length), ...le32(0), ...le32(0)]);
    return this.ask(8, 6, readBody(20, 0, 4280), readAnswerBody(answer));
  }

  connect(path: string, tree: number): this {
    const id = ++this.#id;
    return this.send(true, treeConnect(id, path)).send(false, treeAnswer(id, tree, tree === 6));
  }
}

function conversation(): Conversation {
  const recipe = [...Buffer.from('step;temperature\n1;72.5\n2;68.0\n', 'latin1')];
  const program = [0x4d, 0x5a, ...new Array<number>(998).fill(0x90)];
  const response = v1Response(ntowfV1('Password'), Uint8Array.from(CHALLENGE));
  const guid = Array.from({ length: 16 }, (_, index) => 0xa0 + index);
  const dialects = [...le16(0x0202), ...le16(0x0210)];
  const negotiate = [...le16(36), ...le16(2), ...le16(1), ...le16(0), ...le32(0), ...guid, ...le32(0), ...le32(0)];
  const zeros = (count: number): number[] => new Array<number>(count * 4).fill(0);
  // MS-SCMR 3.1.4.12: no display name, all access, a process of its own that is started by hand, where it lies.
  const path = rpcString('C:\\recipes\\updater.exe');
  const settings = [...zeros(1), ...le32(0xf01ff), ...le32(16), ...le32(3), ...zeros(1)];
  const service = [...HANDLE, ...rpcString('updater'), ...settings, ...path, ...zeros(7)];
  return new Conversation({ mac: 1, ip: 20, port: 49_200 }, { mac: 2, ip: 10, port: 445 })
    .send(true, framed(smb2({ command: 0, id: 0, session: 0 }, [...negotiate, ...dialects])))
    .send(false, negotiateAnswer(0, 0x0210, 1))
    .send(true, sessionSetup(1, ntlmNegotiate()))
    .send(false, sessionAnswer(1, 0xc000_0016, ntlmChallenge('HISTORIAN')))
    .send(true, sessionSetup(2, ntlmAuthenticate('operator', 'HMI-1', response)))
    .send(false, sessionAnswer(2, 0, []))
    .connect('\\\\HISTORIAN\\recipes', 5)
    .ask(5, 5, createBody('mix.csv', 0x1, 1), createdBody(9, recipe.length))
    .ask(8, 5, readBody(9, 0, 4096), readAnswerBody(recipe))
    .ask(6, 5, closeBody(9), CLOSED)
    .ask(5, 5, createBody('updater.exe', 0x2, 2), createdBody(10, 0))
    .ask(9, 5, writeBody(10, 0, program), [...le16(17), 0, 0, ...le32(program.length), ...le32(0), ...le32(0)])
    .ask(6, 5, closeBody(10), CLOSED)
    .connect('\\\\HISTORIAN\\IPC$', 6)
    .ask(5, 6, createBody('svcctl', 0x3, 1), createdBody(20, 0))
    .call(rpcBind(1, SVCCTL), [])
    .call(rpcRequest(2, 12, service), rpcResponse(2, [...le32(0), ...HANDLE, ...le32(0)]))
    .call(rpcRequest(3, 19, [...HANDLE, ...le32(0), ...le32(0)]), rpcFault(3, 5));
}

export function exampleCaptures(): [name: string, bytes: Uint8Array][] {
  return [['service.pcap', conversation().file()]];
}
