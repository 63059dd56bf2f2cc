/* The best level that this CPU and its operating system can run: 0 base, 1 AVX2, 2 AVX-512. */
__attribute__((visibility("default"))) int level(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")) return 2;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return 1;
#endif
  return 0;
}
