/**
 * Names and tactics of the ATT&CK techniques that columns may show (version 18, before renaming).
 * @module
 */

/** Tactics in the order of a campaign, with the techniques that columns may show under each. */
export const TACTICS: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["Initial access", {
    "T1078": "Valid accounts",
    "T1078.002": "Domain accounts",
    "T1133": "External remote services",
    "T1566.001": "Spearphishing attachment",
  }],
  ["Execution", {
    "T1047": "Windows Management Instrumentation",
    "T1053": "Scheduled task or job",
    "T1053.005": "Scheduled task",
    "T1059": "Command and scripting interpreter",
    "T1059.001": "PowerShell",
    "T1204": "User execution",
    "T1204.002": "Malicious file",
    "T1569.002": "Service execution",
  }],
  ["Persistence", {
    "T1098": "Account manipulation",
    "T1098.007": "Additional local or domain groups",
    "T1136": "Create account",
    "T1543": "Create or modify system process",
    "T1543.003": "Windows service",
    "T1546.003": "WMI event subscription",
    "T1547.001": "Run keys, startup folder",
  }],
  ["Privilege escalation", {
    "T1055": "Process injection",
    "T1068": "Exploitation for privilege escalation",
    "T1134": "Access token manipulation",
    "T1134.005": "SID-history injection",
    "T1484": "Domain policy modification",
    "T1548.002": "Bypass user account control",
  }],
  ["Defence evasion", {
    "T1014": "Rootkit",
    "T1027": "Obfuscated files or information",
    "T1027.010": "Command obfuscation",
    "T1036": "Masquerading",
    "T1036.005": "Match legitimate name or location",
    "T1070": "Indicator removal",
    "T1070.001": "Clear Windows event logs",
    "T1218": "System binary proxy execution",
    "T1562.001": "Disable or modify tools",
    "T1562.002": "Disable Windows event logging",
    "T1562.004": "Disable or modify firewall",
  }],
  ["Credential access", {
    "T1003.001": "LSASS memory",
    "T1003.006": "DCSync",
    "T1110": "Brute force",
    "T1110.001": "Password guessing",
    "T1110.003": "Password spraying",
    "T1552": "Unsecured credentials",
    "T1556": "Modify authentication process",
    "T1558": "Steal or forge Kerberos tickets",
    "T1558.003": "Kerberoasting",
    "T1558.004": "AS-REP roasting",
  }],
  ["Discovery", {
    "T1018": "Remote system discovery",
    "T1046": "Network service discovery",
    "T1069.001": "Local groups",
    "T1082": "System information discovery",
    "T1087": "Account discovery",
    "T1087.001": "Local accounts",
  }],
  ["Lateral movement", {
    "T1021": "Remote services",
    "T1021.001": "Remote desktop",
    "T1021.002": "SMB, admin shares",
    "T1021.003": "Distributed COM",
    "T1021.006": "Windows Remote Management",
    "T1550": "Alternate authentication material",
    "T1550.002": "Pass the hash",
    "T1563.002": "RDP hijacking",
    "T1570": "Lateral tool transfer",
  }],
  ["Collection, exfiltration", {
    "T1039": "Data from network shared drive",
    "T1052.001": "Exfiltration over USB",
  }],
  ["Command and control", {
    "T1071.004": "DNS",
    "T1105": "Ingress tool transfer",
    "T1568": "Dynamic resolution",
  }],
  ["Impact", {
    "T1485": "Data destruction",
    "T1489": "Service stop",
    "T1531": "Account access removal",
  }],
];
