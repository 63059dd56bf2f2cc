/**
 * The fields of EventData and UserData that some column wants. A reader resolves names to slots
 * once per event template, so that no name is looked up per event.
 * @module
 */

/** Every wanted field by slot; `Data`, `Data1`, `Data2` are the unnamed values in their order. */
export const FIELD_NAMES = [
  "AccessMask",
  "AccountDomain",
  "AccountName",
  "Address",
  "AttributeLDAPDisplayName",
  "AuditPolicyChanges",
  "AuthenticationPackageName",
  "ClassName",
  "CommandLine",
  "Data",
  "DestinationIp",
  "DestinationPort",
  "ElevatedToken",
  "EventType",
  "GrantedAccess",
  "GroupMembership",
  "Hashes",
  "Image",
  "ImageLoaded",
  "ImagePath",
  "Initiated",
  "IntegrityLevel",
  "IpAddress",
  "LogonID",
  "LogonType",
  "MandatoryLabel",
  "MessageNumber",
  "ModifyingUser",
  "NewProcessId",
  "NewProcessName",
  "NewTime",
  "ObjectClass",
  "ObjectName",
  "ObjectType",
  "ObjectValueName",
  "OperationType",
  "OriginalFileName",
  "ParentCommandLine",
  "ParentImage",
  "ParentProcessName",
  "Payload",
  "PreAuthType",
  "PreviousTime",
  "PrivilegeList",
  "ProcessGuid",
  "ProcessId",
  "ProcessName",
  "Properties",
  "QueryName",
  "RelativeTargetName",
  "ScriptBlockId",
  "ScriptBlockText",
  "ServiceFileName",
  "ServiceName",
  "SessionID",
  "ShareName",
  "SidHistory",
  "SourceImage",
  "SourceProcessGUID",
  "SourceProcessGuid",
  "SourceUser",
  "Status",
  "SubStatus",
  "SubjectDomainName",
  "SubjectUserName",
  "SubjectUserSid",
  "TargetDomainName",
  "TargetFilename",
  "TargetImage",
  "TargetLinkedLogonId",
  "TargetLogonId",
  "TargetObject",
  "TargetServerName",
  "TargetSid",
  "TargetUser",
  "TargetUserName",
  "TargetUserSid",
  "TicketEncryptionType",
  "TokenElevationType",
  "User",
  "UserContext",
  "UserName",
  "Value",
  "Workstation",
  "WorkstationName",
  "param1",
  "param2",
  "param3",
  "param4",
  "resourceUri",
  "shellId",
  "Data1",
  "Data2",
] as const;

/** The name of a wanted field. */
export type FieldName = typeof FIELD_NAMES[number];

const SLOTS: ReadonlyMap<string, number> = new Map(FIELD_NAMES.map((name, slot) => [name, slot]));

/** The slot of a wanted field. */
export function fieldSlot(name: FieldName): number {
  return SLOTS.get(name)!;
}

/** The slot of any field name, -1 where no column wants it. */
export function wantedSlot(name: string): number {
  return SLOTS.get(name) ?? -1;
}
