// wevtapi as a library, for load: one channel of logons and process starts, made as they are asked
// for. Same ABI on Windows x64 and System V x64. Build: cc -O2 -shared -fPIC -o FILE.so THIS.c; for
// Windows, where the rest is kernel32's own: x86_64-w64-mingw32-gcc -O2 -shared -o FILE.dll THIS.c
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#include <windows.h>
#endif

typedef struct { uint64_t value; uint32_t count; uint32_t type; } Variant;
typedef struct { uint32_t count; uint8_t kind[512]; } Context;
enum { NONE, PROVIDER, EVENT_ID, VERSION, TIME, RECORD_ID, CHANNEL, COMPUTER, USER_SID, NAME, DOMAIN,
       LOGON_TYPE, ADDRESS, PROCESS, COMMAND, LOGON_ID };

static uint64_t first_id = 1, last_id = 0, events_per_hour = 100000, refuse_every = 0, calls = 0;
static int64_t open_handles = 0;
static uint64_t position, updated;

void FakeReset(uint64_t per_hour, uint64_t refuse) {
  first_id = 1; last_id = 0; events_per_hour = per_hour; refuse_every = refuse; calls = 0; updated = 0;
}
void FakeAppend(uint64_t count) { last_id += count; }
int64_t FakeOpenHandles(void) { return open_handles; }
#ifdef _WIN32
static int fail(uint32_t code) { SetLastError(code); return 0; }
// What is in the log comes from the environment, since the agent loads us by itself.
BOOL WINAPI DllMain(HINSTANCE self, DWORD reason, LPVOID reserved) {
  const char *events = getenv("HABIT_FAKE_EVENTS"), *per_hour = getenv("HABIT_FAKE_PER_HOUR");
  if (reason == DLL_PROCESS_ATTACH && events && per_hour) {
    FakeReset(strtoull(per_hour, 0, 10), 40);
    FakeAppend(strtoull(events, 0, 10));
  }
  return TRUE;
}
#else
static __thread uint32_t last_error;
uint32_t GetLastError(void) { return last_error; }
static int fail(uint32_t code) { last_error = code; return 0; }
uint64_t CreateEventW(uint64_t s, int32_t manual, int32_t initial, uint64_t name) { open_handles++; return 0x3001; }
int32_t ResetEvent(uint64_t handle) { return 1; }
int32_t CloseHandle(uint64_t handle) { open_handles--; return 1; }
#endif

static int is(const uint16_t *path, const char *name) {
  size_t length = 0, i, k = strlen(name);
  while (path[length]) length++;
  for (i = 0; i + k <= length; i++) {
    size_t j = 0;
    while (j < k && path[i + j] == (uint16_t)name[j]) j++;
    if (j == k) return 1;
  }
  return 0;
}

static uint8_t kind_of(const uint16_t *path) {
  static const struct { const char *name; uint8_t kind; } table[] = {
    {"Provider/@Name", PROVIDER}, {"System/EventID", EVENT_ID}, {"System/Version", VERSION},
    {"@SystemTime", TIME}, {"EventRecordID", RECORD_ID}, {"System/Channel", CHANNEL},
    {"System/Computer", COMPUTER}, {"'TargetUserSid'", USER_SID}, {"'SubjectUserSid'", USER_SID},
    {"'TargetUserName'", NAME}, {"'SubjectUserName'", NAME}, {"'TargetDomainName'", DOMAIN},
    {"'SubjectDomainName'", DOMAIN}, {"'LogonType'", LOGON_TYPE}, {"'IpAddress'", ADDRESS},
    {"'NewProcessName'", PROCESS}, {"'ParentProcessName'", PROCESS}, {"'CommandLine'", COMMAND},
    {"'TargetLogonId'", LOGON_ID}, {"'SubjectLogonId'", LOGON_ID},
  };
  for (size_t i = 0; i < sizeof table / sizeof *table; i++) if (is(path, table[i].name)) return table[i].kind;
  return NONE;
}

uint64_t EvtCreateRenderContext(uint32_t count, const uint16_t **paths, uint32_t flags) {
  Context *context = calloc(1, sizeof *context);
  context->count = count;
  for (uint32_t i = 0; i < count && i < 512; i++) context->kind[i] = kind_of(paths[i]);
  open_handles++;
  return (uint64_t)(uintptr_t)context;
}

// Handles: an event is its number with the top bit; a bookmark 2^62 + number; others are pointers or small.
#define EVENT (1ull << 63)
#define BOOKMARK (1ull << 62)

uint64_t EvtSubscribe(uint64_t s, uint64_t signal, const uint16_t *path, const uint16_t *query,
                      uint64_t bookmark, uint64_t context, uint64_t callback, uint32_t flags) {
  if (!is(path, "Security") || path[8]) return fail(15007);
  position = flags == 2 ? first_id : (bookmark & ~BOOKMARK) + 1;
  open_handles++;
  return 0x1001;
}

int32_t EvtNext(uint64_t subscription, uint32_t count, uint64_t *handles, uint32_t timeout,
                uint32_t flags, uint32_t *returned) {
  uint32_t got = 0;
  *returned = 0;
  if (refuse_every && count > 1 && ++calls % refuse_every == 0) { position += count; return fail(1734); }
  while (got < count && position <= last_id) handles[got++] = EVENT | position++;
  open_handles += got;
  *returned = got;
  return got ? 1 : fail(259);
}

static char *put(Variant *variant, char *end, const void *bytes, size_t size, uint32_t type) {
  memcpy(end, bytes, size);
  variant->value = (uint64_t)(uintptr_t)end;
  variant->type = type;
  return end + ((size + 7) & ~(size_t)7);
}

static char *text(Variant *variant, char *end, const char *ascii) {
  uint16_t units[256];
  size_t n = 0;
  for (; ascii[n]; n++) units[n] = (uint16_t)ascii[n];
  units[n++] = 0;
  return put(variant, end, units, 2 * n, 1);
}

static const char *const PROGRAMS[] = {
  "C:\\Windows\\System32\\svchost.exe", "C:\\Windows\\explorer.exe", "C:\\Windows\\System32\\cmd.exe",
  "C:\\Program Files\\Office\\winword.exe", "C:\\Windows\\System32\\notepad.exe",
};

int32_t EvtRender(uint64_t context_handle, uint64_t event, uint32_t flags, uint32_t size, void *buffer,
                  uint32_t *used, uint32_t *count) {
  if (flags == 2) {
    char xml[128] = "<BookmarkList><Bookmark Channel='Security' RecordId='";
    char digits[24]; int n = 0; uint64_t id = updated ? updated : event & ~BOOKMARK; size_t k = strlen(xml);
    do digits[n++] = '0' + id % 10; while (id /= 10);
    while (n) xml[k++] = digits[--n];
    strcpy(xml + k, "' IsCurrent='true'/></BookmarkList>");
    Variant ignored; text(&ignored, buffer, xml);
    *used = 2 * (strlen(xml) + 1);
    return 1;
  }
  Context *context = (Context *)(uintptr_t)context_handle;
  uint64_t id = event & ~EVENT;
  uint32_t need = context->count * sizeof(Variant) + 4096;
  *used = need;
  if (size < need) return fail(122);
  *count = context->count;
  Variant *values = buffer;
  memset(values, 0, context->count * sizeof *values);
  char *end = (char *)buffer + context->count * sizeof *values;
  int user = id % 8, process = id % 3 == 0;
  uint8_t sid[28] = {1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0};
  uint32_t rid = 1000 + user;
  memcpy(sid + 24, &rid, 4);
  for (uint32_t i = 0; i < context->count; i++) {
    Variant *v = &values[i];
    switch (context->kind[i]) {
      case PROVIDER: end = text(v, end, "Microsoft-Windows-Security-Auditing"); break;
      case EVENT_ID: v->value = process ? 4688 : 4624; v->type = 6; break;
      case VERSION: v->value = 2; v->type = 4; break;
      case TIME: v->value = 134170560000000000ull + id * (36000000000ull / events_per_hour); v->type = 17; break;
      case RECORD_ID: v->value = id; v->type = 10; break;
      case CHANNEL: end = text(v, end, "Security"); break;
      case COMPUTER: end = text(v, end, "WS-014.corp.example"); break;
      case USER_SID: end = put(v, end, sid, 28, 19); break;
      case NAME: { char name[] = "user0"; name[4] += user; end = text(v, end, name); break; }
      case DOMAIN: end = text(v, end, "CORP"); break;
      case LOGON_TYPE: if (!process) { v->value = id % 5 ? 3 : 2; v->type = 8; } break;
      case ADDRESS: if (!process) end = text(v, end, id % 7 ? "10.0.0.7" : "10.0.0.19"); break;
      case PROCESS: if (process) end = text(v, end, PROGRAMS[id % 5]); break;
      case COMMAND: if (process) end = text(v, end, "svchost.exe -k netsvcs -p -s Schedule"); break;
      case LOGON_ID: v->value = 0x3e7 + id % 64; v->type = 21; break;
    }
  }
  return 1;
}

int32_t EvtClose(uint64_t handle) { open_handles--; return 1; }
uint64_t EvtCreateBookmark(const uint16_t *xml) {
  uint64_t id = 0;
  open_handles++;
  if (xml) for (size_t i = 0; xml[i]; i++)
    if (xml[i] == 'I' && xml[i + 1] == 'd' && xml[i + 2] == '=')
      for (i += 4; xml[i] >= '0' && xml[i] <= '9'; i++) id = id * 10 + (xml[i] - '0');
  return BOOKMARK | id;
}
int32_t EvtUpdateBookmark(uint64_t bookmark, uint64_t event) { updated = event & ~EVENT; return 1; }
uint64_t EvtOpenLog(uint64_t s, const uint16_t *path, uint32_t flags) { open_handles++; return 0x2001; }
int32_t EvtGetLogInfo(uint64_t log, uint32_t property, uint32_t size, void *buffer, uint32_t *used) {
  *(uint64_t *)buffer = property == 5 ? last_id - first_id + 1 : first_id;
  return 1;
}
