/**
 * Events of Microsoft-Windows-Security-Auditing, highest version that the sample logs hold. Rows are
 * read by ../definitions.ts. Source: templates inside real logs (mdecrevoisier/EVTX-to-MITRE-Attack,
 * omerbenamram/evtx); 4657, 4689, 4700, 4701, 4725, 4740, 4767, 4800, 4801, 5141: OTRF/OSSEM-DD.
 * @module
 */

/** One row an event: id version level task opcode keywords qualifiers | UserData root | fields. */
export const SECURITY = String.raw`
provider Microsoft-Windows-Security-Auditing | {54849625-5478-4994-a5ba-3e3b0328c30d} | Security
4616 1 0 12288 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PreviousTime:filetime, NewTime:filetime, ProcessId:pointer, ProcessName
4624 2 0 12544 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, TargetUserSid:sid, TargetUserName, TargetDomainName, TargetLogonId:hex64, LogonType:u32, LogonProcessName, AuthenticationPackageName, WorkstationName, LogonGuid:guid, TransmittedServices, LmPackageName, KeyLength:u32, ProcessId:pointer, ProcessName, IpAddress, IpPort, ImpersonationLevel, RestrictedAdminMode, TargetOutboundUserName, TargetOutboundDomainName, VirtualAccount, TargetLinkedLogonId:hex64, ElevatedToken
4625 0 0 12544 0 8010000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, TargetUserSid:sid, TargetUserName, TargetDomainName, Status:hex32, FailureReason, SubStatus:hex32, LogonType:u32, LogonProcessName, AuthenticationPackageName, WorkstationName, TransmittedServices, LmPackageName, KeyLength:u32, ProcessId:pointer, ProcessName, IpAddress, IpPort
4634 0 0 12545 0 8020000000000000 - |  | TargetUserSid:sid, TargetUserName, TargetDomainName, TargetLogonId:hex64, LogonType:u32
4647 0 0 12545 0 8020000000000000 - |  | TargetUserSid:sid, TargetUserName, TargetDomainName, TargetLogonId:hex64
4648 0 0 12544 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, LogonGuid:guid, TargetUserName, TargetDomainName, TargetLogonGuid:guid, TargetServerName, TargetInfo, ProcessId:pointer, ProcessName, IpAddress, IpPort
4656 1 0 12803 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, ObjectServer, ObjectType, ObjectName, HandleId:pointer, TransactionId:guid, AccessList, AccessReason, AccessMask:hex32, PrivilegeList, RestrictedSidCount:u32, ProcessId:pointer, ProcessName, ResourceAttributes
4657 0 0 12801 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, ObjectName, ObjectValueName, HandleId:pointer, OperationType, OldValueType, OldValue, NewValueType, NewValue, ProcessId:pointer, ProcessName
4658 0 0 12802 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, ObjectServer, HandleId:pointer, ProcessId:pointer, ProcessName
4660 0 0 12804 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, ObjectServer, HandleId:pointer, ProcessId:pointer, ProcessName, TransactionId:guid
4662 0 0 14080 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, ObjectServer, ObjectType, ObjectName, OperationType, HandleId:pointer, AccessList, AccessMask:hex32, Properties, AdditionalInfo, AdditionalInfo2
4663 1 0 12802 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, ObjectServer, ObjectType, ObjectName, HandleId:pointer, AccessList, AccessMask:hex32, ProcessId:pointer, ProcessName, ResourceAttributes
4672 0 0 12548 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList
4673 0 0 13056 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, ObjectServer, Service, PrivilegeList, ProcessId:pointer, ProcessName
4674 0 0 13056 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, ObjectServer, ObjectType, ObjectName, HandleId:pointer, AccessMask, PrivilegeList, ProcessId:pointer, ProcessName
4688 2 0 13312 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, NewProcessId:pointer, NewProcessName, TokenElevationType, ProcessId:pointer, CommandLine, TargetUserSid:sid, TargetUserName, TargetDomainName, TargetLogonId:hex64, ParentProcessName, MandatoryLabel:sid
4689 0 0 13313 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, Status:hex32, ProcessId:pointer, ProcessName
4697 0 0 12289 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, ServiceName, ServiceFileName, ServiceType:hex32, ServiceStartType:u32, ServiceAccount
4698 0 0 12804 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, TaskName, TaskContent
4699 0 0 12804 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, TaskName, TaskContent
4700 0 0 12804 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, TaskName, TaskContent
4701 0 0 12804 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, TaskName, TaskContent
4702 0 0 12804 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, TaskName, TaskContentNew
4719 0 0 13568 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, CategoryId, SubcategoryId, SubcategoryGuid:guid, AuditPolicyChanges
4720 0 0 13824 0 8020000000000000 - |  | TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList, SamAccountName, DisplayName, UserPrincipalName, HomeDirectory, HomePath, ScriptPath, ProfilePath, UserWorkstations, PasswordLastSet, AccountExpires, PrimaryGroupId, AllowedToDelegateTo, OldUacValue, NewUacValue, UserAccountControl, UserParameters, SidHistory, LogonHours
4722 0 0 13824 0 8020000000000000 - |  | TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64
4723 0 0 13824 0 8020000000000000 - |  | TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList
4724 0 0 13824 0 8020000000000000 - |  | TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64
4725 0 0 13824 0 8020000000000000 - |  | TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64
4726 0 0 13824 0 8020000000000000 - |  | TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList
4728 0 0 13826 0 8020000000000000 - |  | MemberName, MemberSid:sid, TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList
4729 0 0 13826 0 8020000000000000 - |  | MemberName, MemberSid:sid, TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList
4732 0 0 13826 0 8020000000000000 - |  | MemberName, MemberSid:sid, TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList
4733 0 0 13826 0 8020000000000000 - |  | MemberName, MemberSid:sid, TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList
4735 0 0 13826 0 8020000000000000 - |  | TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList, SamAccountName, SidHistory
4738 0 0 13824 0 8020000000000000 - |  | Dummy, TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList, SamAccountName, DisplayName, UserPrincipalName, HomeDirectory, HomePath, ScriptPath, ProfilePath, UserWorkstations, PasswordLastSet, AccountExpires, PrimaryGroupId, AllowedToDelegateTo, OldUacValue, NewUacValue, UserAccountControl, UserParameters, SidHistory, LogonHours
4740 0 0 13824 0 8020000000000000 - |  | TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64
4741 0 0 13825 0 8020000000000000 - |  | TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList, SamAccountName, DisplayName, UserPrincipalName, HomeDirectory, HomePath, ScriptPath, ProfilePath, UserWorkstations, PasswordLastSet, AccountExpires, PrimaryGroupId, AllowedToDelegateTo, OldUacValue, NewUacValue, UserAccountControl, UserParameters, SidHistory, LogonHours, DnsHostName, ServicePrincipalNames
4742 0 0 13825 0 8020000000000000 - |  | ComputerAccountChange, TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList, SamAccountName, DisplayName, UserPrincipalName, HomeDirectory, HomePath, ScriptPath, ProfilePath, UserWorkstations, PasswordLastSet, AccountExpires, PrimaryGroupId, AllowedToDelegateTo, OldUacValue, NewUacValue, UserAccountControl, UserParameters, SidHistory, LogonHours, DnsHostName, ServicePrincipalNames
4743 0 0 13825 0 8020000000000000 - |  | TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList
4756 0 0 13826 0 8020000000000000 - |  | MemberName, MemberSid:sid, TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList
4767 0 0 13824 0 8020000000000000 - |  | TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64
4768 0 0 14339 0 8020000000000000 - |  | TargetUserName, TargetDomainName, TargetSid:sid, ServiceName, ServiceSid:sid, TicketOptions:hex32, Status:hex32, TicketEncryptionType:hex32, PreAuthType, IpAddress, IpPort, CertIssuerName, CertSerialNumber, CertThumbprint
4769 0 0 14337 0 8020000000000000 - |  | TargetUserName, TargetDomainName, ServiceName, ServiceSid:sid, TicketOptions:hex32, TicketEncryptionType:hex32, IpAddress, IpPort, Status:hex32, LogonGuid:guid, TransmittedServices
4771 0 0 14339 0 8010000000000000 - |  | TargetUserName, TargetSid:sid, ServiceName, TicketOptions:hex32, Status:hex32, PreAuthType, IpAddress, IpPort, CertIssuerName, CertSerialNumber, CertThumbprint
4776 0 0 14336 0 8020000000000000 - |  | PackageName, TargetUserName, Workstation, Status:hex32
4778 0 0 12551 0 8020000000000000 - |  | AccountName, AccountDomain, LogonID:hex64, SessionName, ClientName, ClientAddress
4779 0 0 12551 0 8020000000000000 - |  | AccountName, AccountDomain, LogonID:hex64, SessionName, ClientName, ClientAddress
4781 0 0 13824 0 8020000000000000 - |  | OldTargetUserName, NewTargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, PrivilegeList
4798 0 0 13824 0 8020000000000000 - |  | TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, CallerProcessId:pointer, CallerProcessName
4799 0 0 13826 0 8020000000000000 - |  | TargetUserName, TargetDomainName, TargetSid:sid, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, CallerProcessId:pointer, CallerProcessName
4800 0 0 12551 0 8020000000000000 - |  | TargetUserSid:sid, TargetUserName, TargetDomainName, TargetLogonId:hex64, SessionId:u32
4801 0 0 12551 0 8020000000000000 - |  | TargetUserSid:sid, TargetUserName, TargetDomainName, TargetLogonId:hex64, SessionId:u32
4907 0 0 13568 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, ObjectServer, ObjectType, ObjectName, HandleId:pointer, OldSd, NewSd, ProcessId:pointer, ProcessName
4950 0 0 13571 0 8020000000000000 - |  | ProfileChanged, SettingType, SettingValue
5136 0 0 14081 0 8020000000000000 - |  | OpCorrelationID:guid, AppCorrelationID, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, DSName, DSType, ObjectDN, ObjectGUID:guid, ObjectClass, AttributeLDAPDisplayName, AttributeSyntaxOID, AttributeValue, OperationType
5137 0 0 14081 0 8020000000000000 - |  | OpCorrelationID:guid, AppCorrelationID, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, DSName, DSType, ObjectDN, ObjectGUID:guid, ObjectClass
5140 1 0 12808 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, ObjectType, IpAddress, IpPort, ShareName, ShareLocalPath, AccessMask:hex32, AccessList
5141 0 0 14081 0 8020000000000000 - |  | OpCorrelationID:guid, AppCorrelationID, SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, DSName, DSType, ObjectDN, ObjectGUID:guid, ObjectClass, TreeDelete
5145 0 0 12811 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, ObjectType, IpAddress, IpPort, ShareName, ShareLocalPath, RelativeTargetName, AccessMask:hex32, AccessList, AccessReason
6416 1 0 13316 0 8020000000000000 - |  | SubjectUserSid:sid, SubjectUserName, SubjectDomainName, SubjectLogonId:hex64, DeviceId, DeviceDescription, ClassId:guid, ClassName, VendorIds, CompatibleIds, LocationInformation
`;
