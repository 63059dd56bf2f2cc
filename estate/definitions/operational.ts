/**
 * Events of System, PowerShell and the operational channels. Source: templates inside real logs; the
 * session, RDP client, task, WMI and WinRM channels and Defender 1116, 5001: OTRF/OSSEM-DD and
 * Microsoft's event manifests as nasbench/EVTX-ETW-Resources lists them.
 * @module
 */

/** One row an event: id version level task opcode keywords qualifiers | UserData root | fields. */
export const OPERATIONAL = String.raw`
provider Microsoft-Windows-PowerShell | {a0c1853b-5c40-4b15-8766-3cf1c58f985a} | Microsoft-Windows-PowerShell/Operational
4103 1 4 106 20 0 - |  | ContextInfo, UserData, Payload
4104 1 5 2 15 0 - |  | MessageNumber:i32, MessageTotal:i32, ScriptBlockText, ScriptBlockId, Path
provider Microsoft-Windows-TerminalServices-RemoteConnectionManager | {c76baa63-ae81-421c-b425-340b4b24157f} | Microsoft-Windows-TerminalServices-RemoteConnectionManager/Operational
1149 0 4 0 0 1000000000000000 - | EventXML | Param1, Param2, Param3
provider Microsoft-Windows-Windows Defender | {11cd958a-c507-4ef3-b3f2-5fd9dfbd2c78} | Microsoft-Windows-Windows Defender/Operational
1116 0 3 0 0 8000000000000000 - |  | Product Name, Product Version, Detection ID, Detection Time, Unused, Unused2, Threat ID, Threat Name, Severity ID, Severity Name, Category ID, Category Name, FWLink, Status Code, Status Description, State, Source ID, Source Name, Process Name, Detection User, Unused3, Path, Origin ID, Origin Name, Execution ID, Execution Name, Type ID, Type Name, Pre Execution Status, Action ID, Action Name, Unused4, Error Code, Error Description, Unused5, Post Clean Status, Additional Actions ID, Additional Actions String, Remediation User, Unused6, Security intelligence Version, Engine Version
5001 0 4 0 0 8000000000000000 - |  | Product Name, Product Version
5007 0 4 0 0 8000000000000000 - |  | Product Name, Product Version, Old Value, New Value
provider Microsoft-Windows-Windows Firewall With Advanced Security | {d1bc9aff-2abf-4d71-9146-ecb2a986eb85} | Microsoft-Windows-Windows Firewall With Advanced Security/Firewall
2004 0 4 0 0 8000020000000000 - |  | RuleId, RuleName, Origin:u32, ApplicationPath, ServiceName, Direction:u32, Protocol:u16, LocalPorts, RemotePorts, Action:u32, Profiles:u32, LocalAddresses, RemoteAddresses, RemoteMachineAuthorizationList, RemoteUserAuthorizationList, EmbeddedContext, Flags:u16, Active:u16, EdgeTraversal:u16, LooseSourceMapped:u16, SecurityOptions:u16, ModifyingUser:sid, ModifyingApplication, SchemaVersion:u16, RuleStatus:u32, LocalOnlyMapped:u16
provider Microsoft-Windows-Eventlog | {fc65ddd8-d6ef-4962-83d5-6e5cfe9ce148} | Security
1104 0 2 101 0 4020000000000000 - | FileIsFull | 
1100 0 4 103 0 4020000000000000 - | ServiceShutdown | 
1101 0 2 101 0 4020000000000000 - | AuditEventsDropped | Reason:u8
1102 0 4 104 0 4020000000000000 - | LogFileCleared | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64
provider Microsoft-Windows-Eventlog | {fc65ddd8-d6ef-4962-83d5-6e5cfe9ce148} | System
104 0 4 104 0 8000000000000000 - | LogFileCleared | SubjectUserName, SubjectDomainName, Channel, BackupPath
provider Microsoft-Windows-Kernel-General | {a68ca8b7-004f-d7b6-a698-07e2de0f1f5d} | System
12 0 4 0 0 8000000000000000 - |  | MajorVersion:u32, MinorVersion:u32, BuildVersion:u32, QfeVersion:u32, ServiceVersion:u16, BootMode:u32, StartTime:filetime
13 0 4 0 0 8000000000000000 - |  | StopTime:filetime
1 1 4 5 0 8000000000000010 - |  | NewTime:filetime, OldTime:filetime, Reason:u32
provider Microsoft-Windows-WindowsUpdateClient | {945a8954-c147-4acd-923f-40c45405a658} | System
19 1 4 1 13 8000000000000018 - |  | updateTitle, updateGuid:guid, updateRevisionNumber:u32, serviceGuid:guid
43 1 4 1 13 8000000000002008 - |  | updateTitle, updateGuid:guid, updateRevisionNumber:u32
44 1 4 1 12 8000000000002004 - |  | updateTitle, updateGuid:guid, updateRevisionNumber:u32
provider Service Control Manager | {555908d1-a6d7-4695-8e1e-26931d2012f4} | System
7031 0 2 0 0 8080000000000000 49152 |  | param1, param2, param3, param4, param5, Binary:binary
7036 0 4 0 0 8080000000000000 16384 |  | param1, param2, Binary:binary
7040 0 4 0 0 8080000000000000 16384 |  | param1, param2, param3, param4
7045 0 4 0 0 8080000000000000 16384 |  | ServiceName, ImagePath, ServiceType, StartType, AccountName
provider User32 | {b0aa8734-56f7-41cc-b2f4-de228e98b946} | System
1074 0 4 0 0 8080000000000000 32768 |  | param1, param2, param3, param4, param5, param6, param7
provider PowerShell |  | Windows PowerShell
400 0 4 4 0 80000000000000 0 |  | Data:strings, Binary:binary
403 0 4 4 0 80000000000000 0 |  | Data:strings, Binary:binary
600 0 4 6 0 80000000000000 0 |  | Data:strings, Binary:binary
800 0 4 8 0 80000000000000 0 |  | Data:strings, Binary:binary
provider Microsoft-Windows-TerminalServices-LocalSessionManager | {5d896912-022d-40aa-a3a8-4fa5515c76d7} | Microsoft-Windows-TerminalServices-LocalSessionManager/Operational
21 0 4 0 0 1000000000000000 - | EventXML | User, SessionID:u32, Address
23 0 4 0 0 1000000000000000 - | EventXML | User, SessionID:u32
24 0 4 0 0 1000000000000000 - | EventXML | User, SessionID:u32, Address
25 0 4 0 0 1000000000000000 - | EventXML | User, SessionID:u32, Address
provider Microsoft-Windows-TerminalServices-ClientActiveXCore | {28aa95bb-d444-4719-a36f-40462168127e} | Microsoft-Windows-TerminalServices-RDPClient/Operational
1024 0 4 101 10 4000000000000000 - |  | Name, Value, CustomLevel
provider Microsoft-Windows-TaskScheduler | {de7b24ea-73c8-4a09-985d-5bdadcfa9017} | Microsoft-Windows-TaskScheduler/Operational
106 0 4 106 0 8000000000000000 - |  | TaskName, UserContext
140 0 4 140 0 8000000000000000 - |  | TaskName, UserName
provider Microsoft-Windows-WMI-Activity | {1418ef04-b0b4-4623-bf7e-d74ab47bbdaa} | Microsoft-Windows-WMI-Activity/Operational
5861 0 0 0 0 4000000000000000 - | Operation_ESStoConsumerBinding | Namespace, ESS, CONSUMER, PossibleCause
provider Microsoft-Windows-WinRM | {a7975c8f-ac13-49f1-87da-5a984a4ab417} | Microsoft-Windows-WinRM/Operational
91 0 4 9 1 4000000000000002 - |  | resourceUri, shellId
`;
