// Well-known interfaces of DCE/RPC by their identifiers (MS-SCMR, MS-TSCH, MS-RRP, MS-SAMR, MS-LSAD, MS-SRVS, MS-DCOM,
// MS-WMI, MS-DRSR, MS-RPRN, MS-EFSR: section 1.9 of each) and the calls of them that change or disclose something.
import type { MessageKind } from '../facts/protocol.ts';
import { Verb } from '../facts/verbs.ts';

/** How the name of a call's object is found in its stub data: -1 nowhere. */
export const RpcName = {
  none: -1,
  /** A string behind a context handle of 20 bytes. */
  afterHandle: 20,
  /** A string behind a pointer to another string: MS-TSCH, MS-SRVS. */
  uniqueFirst: 4,
  /** A string at the beginning, behind its own pointer. */
  first: 5,
} as const;

export interface RpcCall {
  readonly opnum: number;
  readonly name: string;
  readonly verb: number;
  readonly object: number;
}

export interface RpcInterface {
  /** As people write it, lower-case. */
  readonly uuid: string;
  readonly name: string;
  readonly calls: readonly RpcCall[];
}

function call(opnum: number, name: string, verb: number, object: number = RpcName.none): RpcCall {
  return { opnum, name, verb, object };
}

const { none, afterHandle, first, uniqueFirst } = RpcName;

/** The place in this list is part of the function's number: new ones go to the end. */
export const RPC_INTERFACES: readonly RpcInterface[] = [
  {
    uuid: '367abb81-9844-35f1-ad32-98f038001003',
    name: 'svcctl',
    calls: [
      call(1, 'RControlService', Verb.configure),
      call(2, 'RDeleteService', Verb.delete),
      call(11, 'RChangeServiceConfigW', Verb.configure),
      call(12, 'RCreateServiceW', Verb.create, afterHandle),
      call(14, 'REnumServicesStatusW', Verb.enumerate),
      call(16, 'ROpenServiceW', Verb.connect, afterHandle),
      call(19, 'RStartServiceW', Verb.start),
      call(23, 'RChangeServiceConfigA', Verb.configure),
      call(24, 'RCreateServiceA', Verb.create),
      call(31, 'RStartServiceA', Verb.start),
      call(44, 'RCreateServiceWOW64A', Verb.create),
      call(45, 'RCreateServiceWOW64W', Verb.create, afterHandle),
    ],
  },
  {
    uuid: '1ff70682-0a51-30e8-076d-740be8cee98b',
    name: 'atsvc',
    calls: [
      call(0, 'NetrJobAdd', Verb.create),
      call(1, 'NetrJobDel', Verb.delete),
      call(2, 'NetrJobEnum', Verb.enumerate),
    ],
  },
  {
    uuid: '86d35949-83c9-4044-b424-db363231fd0c',
    name: 'ITaskSchedulerService',
    calls: [
      call(1, 'SchRpcRegisterTask', Verb.create, first),
      call(7, 'SchRpcEnumTasks', Verb.enumerate),
      call(12, 'SchRpcRun', Verb.start),
      call(13, 'SchRpcDelete', Verb.delete),
    ],
  },
  {
    uuid: '338cd001-2244-31f1-aaaa-900038001003',
    name: 'winreg',
    calls: [
      call(6, 'BaseRegCreateKey', Verb.create),
      call(7, 'BaseRegDeleteKey', Verb.delete),
      call(8, 'BaseRegDeleteValue', Verb.delete),
      call(9, 'BaseRegEnumKey', Verb.enumerate),
      call(20, 'BaseRegSaveKey', Verb.read),
      call(22, 'BaseRegSetValue', Verb.configure),
    ],
  },
  {
    uuid: '12345778-1234-abcd-ef00-0123456789ac',
    name: 'samr',
    calls: [
      call(13, 'SamrEnumerateUsersInDomain', Verb.enumerate),
      call(22, 'SamrAddMemberToGroup', Verb.configure),
      call(31, 'SamrAddMemberToAlias', Verb.configure),
      call(37, 'SamrSetInformationUser', Verb.configure),
      call(50, 'SamrCreateUser2InDomain', Verb.create),
      call(55, 'SamrUnicodeChangePasswordUser2', Verb.configure),
      call(58, 'SamrSetInformationUser2', Verb.configure),
    ],
  },
  {
    uuid: '12345778-1234-abcd-ef00-0123456789ab',
    name: 'lsarpc',
    calls: [
      call(14, 'LsarLookupNames', Verb.enumerate),
      call(15, 'LsarLookupSids', Verb.enumerate),
      call(37, 'LsarAddAccountRights', Verb.configure),
    ],
  },
  {
    uuid: '4b324fc8-1670-01d3-1278-5a47bf6ee188',
    name: 'srvsvc',
    calls: [
      call(12, 'NetrSessionEnum', Verb.enumerate),
      call(14, 'NetrShareAdd', Verb.create),
      call(15, 'NetrShareEnum', Verb.enumerate),
      call(18, 'NetrShareDel', Verb.delete, uniqueFirst),
      call(31, 'NetprPathCanonicalize', Verb.other),
    ],
  },
  { uuid: 'e1af8308-5d1f-11c9-91a4-08002b14a0fa', name: 'epmapper', calls: [] },
  {
    uuid: '4d9f4ab8-7d1c-11cf-861e-0020af6e7c57',
    name: 'IRemoteActivation',
    calls: [call(0, 'RemoteActivation', Verb.connect)],
  },
  {
    uuid: '000001a0-0000-0000-c000-000000000046',
    name: 'ISystemActivator',
    calls: [call(3, 'RemoteGetClassObject', Verb.connect), call(4, 'RemoteCreateInstance', Verb.connect)],
  },
  { uuid: '99fcfec4-5260-101b-bbcb-00aa0021347a', name: 'IObjectExporter', calls: [] },
  { uuid: '00000143-0000-0000-c000-000000000046', name: 'IRemUnknown2', calls: [] },
  {
    uuid: '9556dc99-828c-11cf-a37e-00aa003240c7',
    name: 'IWbemServices',
    calls: [
      call(8, 'PutClass', Verb.configure),
      call(14, 'PutInstance', Verb.configure),
      call(16, 'DeleteInstance', Verb.delete),
      call(20, 'ExecQuery', Verb.read),
      call(24, 'ExecMethod', Verb.operate),
      call(25, 'ExecMethodAsync', Verb.operate),
    ],
  },
  { uuid: 'f309ad18-d86a-11d0-a075-00c04fb68820', name: 'IWbemLevel1Login', calls: [] },
  {
    uuid: 'e3514235-4b06-11d1-ab04-00c04fc2dcd2',
    name: 'drsuapi',
    calls: [
      call(3, 'IDL_DRSGetNCChanges', Verb.read),
      call(5, 'IDL_DRSReplicaAdd', Verb.configure),
      call(17, 'IDL_DRSAddEntry', Verb.create),
    ],
  },
  {
    uuid: '12345678-1234-abcd-ef00-0123456789ab',
    name: 'spoolss',
    calls: [
      call(9, 'RpcAddPrinterDriver', Verb.create),
      call(65, 'RpcRemoteFindFirstPrinterChangeNotificationEx', Verb.subscribe),
      call(89, 'RpcAddPrinterDriverEx', Verb.create),
    ],
  },
  {
    uuid: 'c681d488-d850-11d0-8c52-00c04fd90f7e',
    name: 'efsrpc',
    calls: [call(0, 'EfsRpcOpenFileRaw', Verb.other)],
  },
  {
    uuid: '12345678-1234-abcd-ef00-01234567cffb',
    name: 'netlogon',
    calls: [call(26, 'NetrServerAuthenticate3', Verb.authenticate), call(30, 'NetrServerPasswordSet2', Verb.configure)],
  },
  { uuid: '6bffd098-a112-3610-9833-46c3f87e345a', name: 'wkssvc', calls: [] },
  { uuid: '3919286a-b10c-11d0-9ba8-00c04fd92ef5', name: 'dssetup', calls: [] },
  {
    uuid: '894de0c0-0d55-11d3-a322-00c04fa321a1',
    name: 'InitShutdown',
    calls: [call(0, 'BaseInitiateShutdown', Verb.restart), call(2, 'BaseInitiateShutdownEx', Verb.restart)],
  },
  {
    uuid: '82273fdc-e32a-18c3-3f78-827929dc23ea',
    name: 'eventlog',
    calls: [call(0, 'ElfrClearELFW', Verb['clear-log']), call(12, 'ElfrClearELFA', Verb['clear-log'])],
  },
  // OPC Data Access 2.05 and 3.0.
  { uuid: '39c13a4d-011e-11d0-9675-0020afd8adb3', name: 'IOPCServer', calls: [] },
  { uuid: '39c13a52-011e-11d0-9675-0020afd8adb3', name: 'IOPCSyncIO', calls: [] },
];

/** Calls of all interfaces as kinds of messages; `base`: the function of the first interface. */
export function rpcKinds(base: number): MessageKind[] {
  return RPC_INTERFACES.flatMap(({ name, calls }, index) =>
    calls.map((each) => ({ function: base + index, subfunction: each.opnum, name: `${name} ${each.name}` })),
  );
}

/** `svcctl RCreateServiceW`; of a call that is not in the list its number. */
export function rpcCallName(index: number, opnum: number): string {
  const known = RPC_INTERFACES[index];
  if (known === undefined) return `call ${opnum}`;
  return `${known.name} ${known.calls.find((each) => each.opnum === opnum)?.name ?? `call ${opnum}`}`;
}

const BY_UUID: ReadonlyMap<string, number> = new Map(RPC_INTERFACES.map(({ uuid }, index) => [uuid, index]));

/** The place in the list; -1: none of them. */
export function rpcInterfaceIndex(uuid: string): number {
  return BY_UUID.get(uuid) ?? none;
}
