/**
 * The channels that an agent subscribes to, and the values that it asks Windows to render of each:
 * the fields that some column of the schema wants, by name, and nothing else of an event.
 * @module
 */
import type { FieldName } from "@/features/fields.ts";

/** One channel's wanted values. */
export interface ChannelFields {
  /** Name as Windows has it. */
  readonly channel: string;
  /** Names of EventData's Data elements. */
  readonly eventData: readonly FieldName[];
  /** Names of leaf elements of UserData by the element that holds them. */
  readonly userData: Readonly<Record<string, readonly FieldName[]>>;
}

/** Where a collector keeps what other hosts forward: any channel's fields may come. */
export const FORWARDED = "ForwardedEvents";

/** Every channel, the most telling first. */
export const CHANNELS: readonly ChannelFields[] = [
  {
    channel: "Security",
    eventData: [
      "AccessMask",
      "AccountDomain",
      "AccountName",
      "AttributeLDAPDisplayName",
      "AuditPolicyChanges",
      "AuthenticationPackageName",
      "ClassName",
      "CommandLine",
      "ElevatedToken",
      "GroupMembership",
      "IpAddress",
      "LogonID",
      "LogonType",
      "MandatoryLabel",
      "NewProcessId",
      "NewProcessName",
      "NewTime",
      "ObjectClass",
      "ObjectName",
      "ObjectType",
      "ObjectValueName",
      "OperationType",
      "ParentProcessName",
      "PreAuthType",
      "PreviousTime",
      "PrivilegeList",
      "ProcessId",
      "ProcessName",
      "Properties",
      "RelativeTargetName",
      "ServiceFileName",
      "ServiceName",
      "ShareName",
      "SidHistory",
      "Status",
      "SubStatus",
      "SubjectDomainName",
      "SubjectUserName",
      "SubjectUserSid",
      "TargetDomainName",
      "TargetLinkedLogonId",
      "TargetLogonId",
      "TargetServerName",
      "TargetSid",
      "TargetUserName",
      "TargetUserSid",
      "TicketEncryptionType",
      "TokenElevationType",
      "Workstation",
      "WorkstationName",
    ],
    userData: {
      LogFileCleared: ["SubjectDomainName", "SubjectUserName", "SubjectUserSid"],
      AuditEventsDropped: [],
    },
  },
  {
    channel: "System",
    eventData: [
      "AccountName",
      "ImagePath",
      "ServiceName",
      "param1",
      "param2",
      "param3",
      "param4",
    ],
    userData: { LogFileCleared: ["SubjectDomainName", "SubjectUserName"] },
  },
  {
    channel: "Microsoft-Windows-PowerShell/Operational",
    eventData: [
      "MessageNumber",
      "Payload",
      "ScriptBlockId",
      "ScriptBlockText",
    ],
    userData: {},
  },
  { channel: "Windows PowerShell", eventData: ["Data"], userData: {} },
  {
    channel: "Microsoft-Windows-Sysmon/Operational",
    eventData: [
      "CommandLine",
      "DestinationIp",
      "DestinationPort",
      "EventType",
      "GrantedAccess",
      "Hashes",
      "Image",
      "ImageLoaded",
      "Initiated",
      "IntegrityLevel",
      "OriginalFileName",
      "ParentCommandLine",
      "ParentImage",
      "ProcessGuid",
      "ProcessId",
      "QueryName",
      "SourceImage",
      "SourceProcessGUID",
      "SourceProcessGuid",
      "SourceUser",
      "TargetFilename",
      "TargetImage",
      "TargetObject",
      "TargetUser",
      "User",
    ],
    userData: {},
  },
  {
    channel: "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational",
    eventData: [],
    userData: { EventXML: ["Address", "SessionID", "User"] },
  },
  {
    channel: "Microsoft-Windows-TerminalServices-RDPClient/Operational",
    eventData: ["Value"],
    userData: {},
  },
  {
    channel: "Microsoft-Windows-WinRM/Operational",
    eventData: ["resourceUri", "shellId"],
    userData: {},
  },
  {
    channel: "Microsoft-Windows-TaskScheduler/Operational",
    eventData: ["UserContext", "UserName"],
    userData: {},
  },
  {
    channel: "Microsoft-Windows-WMI-Activity/Operational",
    eventData: [],
    userData: {},
  },
  {
    channel: "Microsoft-Windows-Windows Defender/Operational",
    eventData: [],
    userData: {},
  },
  {
    channel: "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall",
    eventData: ["ModifyingUser"],
    userData: {},
  },
  {
    channel: "Microsoft-Windows-CodeIntegrity/Operational",
    eventData: ["Status"],
    userData: {},
  },
  {
    channel: "Microsoft-Windows-AppLocker/EXE and DLL",
    eventData: [],
    userData: { RuleAndFileData: ["TargetUser"] },
  },
  {
    channel: "Microsoft-Windows-AppLocker/MSI and Script",
    eventData: ["TargetUser"],
    userData: { RuleAndFileData: ["TargetUser"] },
  },
];

function allUserData(): ChannelFields["userData"] {
  const all: Record<string, FieldName[]> = {};
  for (const { userData } of CHANNELS) {
    for (const [element, fields] of Object.entries(userData)) {
      all[element] = [...new Set([...all[element] ?? [], ...fields])].sort();
    }
  }
  return all;
}

/** All fields of all channels, for a collector's forwarded events. */
export const FORWARDED_FIELDS: ChannelFields = {
  channel: FORWARDED,
  eventData: [...new Set(CHANNELS.flatMap(({ eventData }) => eventData))].sort(),
  userData: allUserData(),
};
