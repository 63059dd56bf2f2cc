# Installs the Habit agent on this host. Read it first: it copies two files, enrols, installs.
#   .\install.ps1 -Server https://habit.example -Token habit_enrol_...
# Run as administrator, beside deno.exe and agent.js. Running it again upgrades both files.
#Requires -RunAsAdministrator
param(
  [Parameter(Mandatory)] [string] $Server,
  [Parameter(Mandatory)] [string] $Token,
  [string] $Programs = "$env:ProgramFiles\Habit",
  [string] $State = "$env:ProgramData\Habit"
)
$ErrorActionPreference = 'Stop'

# 1. Programs, where only administrators may write. A running agent is stopped first.
schtasks.exe /End /TN \Habit\Agent 2>$null | Out-Null
New-Item -ItemType Directory -Force $Programs, $State | Out-Null
Copy-Item -Force "$PSScriptRoot\deno.exe", "$PSScriptRoot\agent.js" $Programs

$deno = "$Programs\deno.exe"
$agent = "$Programs\agent.js"

# 2. Identity: a key made here, whose public half the server learns in exchange for the token.
if (-not (Test-Path "$State\identity.json")) {
  & $deno run -A $agent enrol --server $Server --token $Token --state $State
  if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }
}

# 3. The task at boot, its account's right to read logs, and the folder's permissions.
& $deno run -A $agent install --state $State
if ($LASTEXITCODE -ne 0) { exit $LASTEXITCODE }

# 4. What this host does not audit, with the lines that change it.
& $deno run -A $agent doctor --state $State
exit 0
