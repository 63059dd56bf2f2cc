/**
 * Lists of names that columns look for, each with its source.
 * @module
 */

const list = (names: string): ReadonlySet<string> => new Set(names.trim().split(/\s+/));

/** Built-in tools often abused: executables of the LOLBAS project (lolbas-project.github.io). */
export const LOLBINS = list(`
  addinutil.exe at.exe atbroker.exe bash.exe bitsadmin.exe certoc.exe certreq.exe certutil.exe
  cmdl32.exe cmstp.exe colorcpl.exe computerdefaults.exe configsecuritypolicy.exe control.exe csc.exe
  cscript.exe customshellhost.exe datasvcutil.exe desktopimgdownldr.exe diantz.exe diskshadow.exe
  dnscmd.exe esentutl.exe eventvwr.exe expand.exe extexport.exe extrac32.exe findstr.exe finger.exe
  fltmc.exe fodhelper.exe forfiles.exe ftp.exe gpscript.exe hh.exe ie4uinit.exe ieexec.exe ilasm.exe
  infdefaultinstall.exe installutil.exe jsc.exe ldifde.exe makecab.exe mavinject.exe
  microsoft.workflow.compiler.exe mmc.exe mpcmdrun.exe msbuild.exe msconfig.exe msdt.exe mshta.exe
  msiexec.exe netsh.exe odbcconf.exe offlinescannershell.exe pcalua.exe pcwrun.exe pktmon.exe
  presentationhost.exe print.exe printbrm.exe psr.exe rasautou.exe rdrleakdiag.exe reg.exe regasm.exe
  regedit.exe regini.exe register-cimprovider.exe regsvcs.exe regsvr32.exe replace.exe rpcping.exe
  rundll32.exe runonce.exe runscripthelper.exe sc.exe schtasks.exe scriptrunner.exe sdiagnhost.exe
  syncappvpublishingserver.exe tttracer.exe verclsid.exe wab.exe wbadmin.exe wbemtest.exe
  wevtutil.exe winget.exe wmic.exe workfolders.exe wscript.exe wsreset.exe wuauclt.exe xwizard.exe
  ntdsutil.exe vssadmin.exe bcdedit.exe nltest.exe procdump.exe comsvcs.dll msxsl.exe`);

/** Shells and script hosts. */
export const INTERPRETERS = list(`
  cmd.exe powershell.exe powershell_ise.exe pwsh.exe wscript.exe cscript.exe mshta.exe python.exe
  pythonw.exe java.exe javaw.exe node.exe perl.exe ruby.exe bash.exe wsl.exe`);

/** Office, browsers and mail: programs that open what others send. */
export const DOCUMENT_PROGRAMS = list(`
  winword.exe excel.exe powerpnt.exe outlook.exe onenote.exe msaccess.exe mspub.exe visio.exe
  eqnedt32.exe acrord32.exe acrobat.exe foxitreader.exe chrome.exe msedge.exe firefox.exe
  iexplore.exe opera.exe brave.exe thunderbird.exe teams.exe`);

/** Discovery commands, after Elastic's and Sigma's discovery rules. */
export const DISCOVERY = list(`
  whoami.exe net.exe net1.exe nltest.exe systeminfo.exe tasklist.exe ipconfig.exe arp.exe route.exe
  query.exe quser.exe netstat.exe nslookup.exe dsquery.exe adfind.exe klist.exe cmdkey.exe`);

/** Parents through which programs are started from elsewhere. */
export const REMOTE_PARENTS = list(`
  wmiprvse.exe wsmprovhost.exe winrshost.exe psexesvc.exe mmc.exe dllhost.exe`);

/** Services of defence, backup and logging, by service name, lower case. */
export const DEFENCE_SERVICES = list(`
  windefend wdnissvc sense mpssvc wscsvc securityhealthservice eventlog sysmon sysmon64 vss swprv
  wbengine sqlwriter bits wuauserv mssense csfalconservice sentinelagent cbdefense
  elasticendpoint veeamendpointbackupsvc backupexecagentaccelerator`);

/** Words in scripts that download, reflect or disarm (Elastic and Sigma PowerShell rules). */
export const SUSPICIOUS_SCRIPT =
  /downloadstring|downloadfile|downloaddata|invoke-webrequest|net\.webclient|start-bitstransfer|frombase64string|reflection\.assembly|virtualalloc|createthread|getdelegateforfunctionpointer|amsiutils|amsiinitfailed|invoke-expression|\biex\b|invoke-mimikatz|minidump|add-type|-bxor/i;

/** Encoded or obfuscated command lines. */
export const ENCODED_COMMAND =
  /(?:\s|^)[-/–]e(?:c|nc\w*|ncodedcommand)?\s+["']?[a-z0-9+/=]{16,}|[a-z0-9+/]{120,}={0,2}|(?:\^[a-z]){3,}|(?:`[a-z]){3,}|frombase64string|\[char\]\s*\d+/i;

/** Folders that a user may write to. */
export const USER_WRITABLE =
  /\\users\\|\\programdata\\|\\temp\\|\\perflogs\\|\\\$recycle\.bin\\|^\\\\|^[d-z]:\\(?!windows|program files)/i;

/** Where programs start by themselves (Sysinternals Autoruns' main places). */
export const AUTORUN_KEY =
  /\\currentversion\\(run|runonce|runonceex|policies\\explorer\\run)(\\|$)|\\winlogon\\(shell|userinit|notify)|\\image file execution options\\|\\appinit_dlls|\\services\\[^\\]+\\(imagepath|parameters\\servicedll)|\\control\\lsa\\(authentication packages|security packages|notification packages)|\\startupapproved\\/i;

/** Extensions of executables and scripts. */
export const EXECUTABLE_FILE = /\.(exe|dll|sys|scr|com|cpl|msi|ps1|psm1|vbs|js|jse|hta|bat|cmd)$/i;

/** RIDs of groups whose members administer (Microsoft: well-known security identifiers). */
export const PRIVILEGED_GROUP =
  /^(S-1-5-21-.*-(512|516|517|518|519|520|526|527)|S-1-5-32-(544|548|549|550|551|555|580))$/;

/** Privileges that let an account become another (Microsoft, event 4672). */
export const SENSITIVE_PRIVILEGES = [
  "SeDebugPrivilege",
  "SeTcbPrivilege",
  "SeBackupPrivilege",
  "SeRestorePrivilege",
  "SeImpersonatePrivilege",
  "SeLoadDriverPrivilege",
  "SeTakeOwnershipPrivilege",
  "SeCreateTokenPrivilege",
  "SeEnableDelegationPrivilege",
] as const;

/** Attributes that allow a takeover when set. */
export const TAKEOVER_ATTRIBUTES = list(`
  msds-allowedtoactonbehalfofotheridentity msds-keycredentiallink msds-allowedtodelegateto
  serviceprincipalname ntsecuritydescriptor sidhistory scriptpath gpcmachineextensionnames
  altsecurityidentities`);

/** Replication rights: get changes, get changes all, and in filtered set. */
export const REPLICATION_RIGHT =
  /1131f6a[ad]-9c07-11d1-f79f-00c04fc2dcd2|89e95b76-444d-4c62-991a-0facbeda640c/i;

/** Codes of failed logons by policy: hours, workstation, expired, disabled, right, … */
export const POLICY_FAILURES = list(`
  0xc000006e 0xc000006f 0xc0000070 0xc0000071 0xc0000072 0xc0000193 0xc0000224 0xc000015b 0xc0000413`);

/** Security products that open lsass by trade. */
export const LSASS_READERS = list(`
  msmpeng.exe mssense.exe csrss.exe wininit.exe lsm.exe svchost.exe services.exe
  csfalconservice.exe sentinelagent.exe wmiprvse.exe vmtoolsd.exe`);
