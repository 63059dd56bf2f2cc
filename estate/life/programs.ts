/**
 * Programs, files and names that people of each role use.
 * @module
 */
import type { Role } from "../model.ts";

const OFFICE = "C:\\Program Files\\Microsoft Office\\root\\Office16\\";
const EDGE = "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe";
const CHROME = "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe";
const SYS = "C:\\Windows\\System32\\";
const TEAMS = "C:\\Program Files\\WindowsApps\\MSTeams\\ms-teams.exe";

const COMMON = [
  `${OFFICE}OUTLOOK.EXE`,
  EDGE,
  TEAMS,
  `${OFFICE}EXCEL.EXE`,
  `${OFFICE}WINWORD.EXE`,
  CHROME,
  "C:\\Program Files\\Adobe\\Acrobat DC\\Acrobat\\Acrobat.exe",
  `${OFFICE}POWERPNT.EXE`,
  `${SYS}notepad.exe`,
  `${SYS}SnippingTool.exe`,
  `${SYS}calc.exe`,
];

/** Programs by role, the most used first. */
export const PROGRAMS: Readonly<Record<Role, readonly string[]>> = {
  office: COMMON,
  finance: [
    `${OFFICE}EXCEL.EXE`,
    `${OFFICE}OUTLOOK.EXE`,
    "C:\\Program Files (x86)\\SAP\\FrontEnd\\SAPgui\\saplogon.exe",
    EDGE,
    TEAMS,
    ...COMMON.slice(4),
  ],
  developer: [
    "C:\\Program Files\\Git\\cmd\\git.exe",
    "C:\\Program Files\\Microsoft VS Code\\Code.exe",
    "C:\\Program Files\\nodejs\\node.exe",
    CHROME,
    `${SYS}cmd.exe`,
    "C:\\Program Files\\dotnet\\dotnet.exe",
    "C:\\Program Files\\Microsoft Visual Studio\\2022\\Professional\\MSBuild\\Current\\Bin\\MSBuild.exe",
    `${OFFICE}OUTLOOK.EXE`,
    TEAMS,
    "C:\\Python312\\python.exe",
    `${SYS}OpenSSH\\ssh.exe`,
    `${SYS}curl.exe`,
    `${SYS}where.exe`,
    `${SYS}tasklist.exe`,
    `${SYS}ipconfig.exe`,
  ],
  helpdesk: [
    CHROME,
    `${OFFICE}OUTLOOK.EXE`,
    TEAMS,
    `${SYS}mmc.exe`,
    `${SYS}mstsc.exe`,
    `${SYS}cmd.exe`,
    `${SYS}ipconfig.exe`,
    `${SYS}PING.EXE`,
    `${SYS}nslookup.exe`,
    `${SYS}gpresult.exe`,
    `${SYS}net.exe`,
    `${SYS}quser.exe`,
    `${SYS}whoami.exe`,
  ],
  admin: [
    `${SYS}mmc.exe`,
    `${SYS}mstsc.exe`,
    CHROME,
    `${SYS}cmd.exe`,
    `${OFFICE}OUTLOOK.EXE`,
    TEAMS,
    `${SYS}PING.EXE`,
    `${SYS}nslookup.exe`,
    `${SYS}sc.exe`,
    `${SYS}net.exe`,
    `${SYS}whoami.exe`,
    `${SYS}schtasks.exe`,
    `${SYS}nltest.exe`,
    `${SYS}wevtutil.exe`,
    `${SYS}systeminfo.exe`,
    `${SYS}reg.exe`,
  ],
  shift: [
    EDGE,
    "C:\\Program Files\\Plant\\Console\\PlantConsole.exe",
    `${OFFICE}OUTLOOK.EXE`,
    `${SYS}notepad.exe`,
    TEAMS,
  ],
};

/** Arguments that console programs get. */
export const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  "git.exe": ["status", "fetch origin", "commit -m wip", "rebase main", "push", "log --oneline"],
  "node.exe": ["server.js", "node_modules\\.bin\\eslint src", "build.mjs --watch"],
  "dotnet.exe": ["build", "test --no-build", "restore", "run --project Api"],
  "MSBuild.exe": ["App.sln /m /t:Build", "App.sln /t:Rebuild /p:Configuration=Release"],
  "python.exe": ["-m pytest", "tools\\report.py", "-m venv .venv"],
  "cmd.exe": ["/c dir", "/c build.cmd", "/k", "/c type notes.txt"],
  "ssh.exe": ["build01", "deploy@app02"],
  "curl.exe": ["-s http://localhost:8080/health", "-O https://nodejs.org/dist/index.json"],
  "net.exe": ["use", "use Z: \\\\LON-FS01\\Software", "user /domain", "time", "start"],
  "sc.exe": ["query", "query spooler", "qc W32Time"],
  "ipconfig.exe": ["/all", "/flushdns", ""],
  "nltest.exe": ["/sc_query:CORP", "/dclist:CORP"],
  "whoami.exe": ["", "/groups"],
  "reg.exe": ["query HKLM\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion /v ProductName"],
  "schtasks.exe": ["/query", "/query /fo csv"],
  "wevtutil.exe": ["el", "qe System /c:20 /rd:true /f:text"],
  "PING.EXE": ["LON-FS01", "10.10.1.1", "8.8.8.8"],
  "nslookup.exe": ["LON-APP01", "intranet.corp.example"],
  "systeminfo.exe": [""],
  "tasklist.exe": ["", "/v"],
};

/** Names that browsers and mail programs ask for, the most used first. */
export const WEB_NAMES = [
  "outlook.office365.com",
  "teams.microsoft.com",
  "www.google.com",
  "login.microsoftonline.com",
  "intranet.corp.example",
  "sharepoint.corp.example",
  "www.bing.com",
  "github.com",
  "www.linkedin.com",
  "edge.microsoft.com",
  "news.bbc.co.uk",
  "stackoverflow.com",
  "registry.npmjs.org",
  "www.wikipedia.org",
  "maps.google.com",
  "cdn.jsdelivr.net",
  "www.youtube.com",
  "weather.com",
  "confluence.corp.example",
  "api.nuget.org",
] as const;

/** Names of files in shares. */
export const FILE_NAMES = [
  "Budget 2026.xlsx",
  "Forecast Q2.xlsx",
  "Minutes.docx",
  "Plan.pptx",
  "Holiday list.xlsx",
  "Customer contracts\\Northwind.pdf",
  "Customer contracts\\Contoso.pdf",
  "Templates\\Letter.dotx",
  "Invoices\\2026-03.xlsx",
  "Invoices\\2026-04.xlsx",
  "Drawings\\Pump 7.dwg",
  "Drawings\\Valve 12.dwg",
  "Reports\\Weekly.docx",
  "Setup\\readme.txt",
  "desktop.ini",
  "Thumbs.db",
] as const;

/** Scripts that developers and administrators run. */
export const SCRIPTS = [
  "Get-ChildItem -Recurse -Filter *.log | Remove-Item -WhatIf",
  "Get-Service | Where-Object Status -eq Stopped",
  "Get-Process | Sort-Object CPU -Descending | Select-Object -First 10",
  "Import-Module ActiveDirectory; Get-ADUser -Filter * -Properties LastLogonDate | Export-Csv users.csv",
  "Test-NetConnection app01 -Port 1433",
  "Get-EventLog -LogName System -Newest 50",
  "Get-ADComputer -Filter 'OperatingSystem -like \"*Server*\"' | Select-Object Name",
  "Invoke-WebRequest http://localhost:5000/health -UseBasicParsing",
  "Get-WmiObject Win32_LogicalDisk | Select-Object DeviceID, FreeSpace",
  "dotnet build; if ($LASTEXITCODE) { throw 'build failed' }",
  "Set-Location C:\\src\\app; npm run build",
  "$env:PATH -split ';'",
  "Get-Content .\\build.log -Tail 40",
  "Restart-Service Spooler",
] as const;
