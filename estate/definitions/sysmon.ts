/**
 * Events of Sysmon as schema 4.83 (v14) writes them, with the user fields of v13.30. Source: templates
 * inside real logs, later fields from OTRF/OSSEM-DD.
 * @module
 */

/** One row an event: id version level task opcode keywords qualifiers | UserData root | fields. */
export const SYSMON = String.raw`
provider Microsoft-Windows-Sysmon | {5770385f-c22a-43e0-bf4c-06f5698ffbd9} | Microsoft-Windows-Sysmon/Operational
1 5 4 1 0 8000000000000000 - |  | RuleName, UtcTime, ProcessGuid:guid, ProcessId:u32, Image, FileVersion, Description, Product, Company, OriginalFileName, CommandLine, CurrentDirectory, User, LogonGuid:guid, LogonId:hex64, TerminalSessionId:u32, IntegrityLevel, Hashes, ParentProcessGuid:guid, ParentProcessId:u32, ParentImage, ParentCommandLine, ParentUser
3 5 4 3 0 8000000000000000 - |  | RuleName, UtcTime, ProcessGuid:guid, ProcessId:u32, Image, User, Protocol, Initiated:bool, SourceIsIpv6:bool, SourceIp, SourceHostname, SourcePort:u16, SourcePortName, DestinationIsIpv6:bool, DestinationIp, DestinationHostname, DestinationPort:u16, DestinationPortName
5 3 4 5 0 8000000000000000 - |  | RuleName, UtcTime, ProcessGuid:guid, ProcessId:u32, Image, User
6 4 4 6 0 8000000000000000 - |  | RuleName, UtcTime, ImageLoaded, Hashes, Signed, Signature, SignatureStatus
8 2 4 8 0 8000000000000000 - |  | RuleName, UtcTime, SourceProcessGuid:guid, SourceProcessId:u32, SourceImage, TargetProcessGuid:guid, TargetProcessId:u32, TargetImage, NewThreadId:u32, StartAddress, StartModule, StartFunction, SourceUser, TargetUser
10 3 4 10 0 8000000000000000 - |  | RuleName, UtcTime, SourceProcessGUID:guid, SourceProcessId:u32, SourceThreadId:u32, SourceImage, TargetProcessGUID:guid, TargetProcessId:u32, TargetImage, GrantedAccess:hex32, CallTrace, SourceUser, TargetUser
11 2 4 11 0 8000000000000000 - |  | RuleName, UtcTime, ProcessGuid:guid, ProcessId:u32, Image, TargetFilename, CreationUtcTime, User
12 2 4 12 0 8000000000000000 - |  | RuleName, EventType, UtcTime, ProcessGuid:guid, ProcessId:u32, Image, TargetObject, User
13 2 4 13 0 8000000000000000 - |  | RuleName, EventType, UtcTime, ProcessGuid:guid, ProcessId:u32, Image, TargetObject, Details, User
22 5 4 22 0 8000000000000000 - |  | RuleName, UtcTime, ProcessGuid:guid, ProcessId:u32, QueryName, QueryStatus, QueryResults, Image, User
23 5 4 23 0 8000000000000000 - |  | RuleName, UtcTime, ProcessGuid:guid, ProcessId:u32, User, Image, TargetFilename, Hashes, IsExecutable:bool, Archived:bool
25 5 4 25 0 8000000000000000 - |  | RuleName, UtcTime, ProcessGuid:guid, ProcessId:u32, Image, Type, User
26 5 4 26 0 8000000000000000 - |  | RuleName, UtcTime, ProcessGuid:guid, ProcessId:u32, User, Image, TargetFilename, Hashes, IsExecutable:bool
`;
