/*
 * For LD_PRELOAD with User-Mode Linux of kernel 6.1. It keeps the registers of its processes in a
 * buffer of fixed size and writes that back. A machine whose CPU has more XSAVE state (AMX) accepts
 * whole areas only and refuses the shorter buffer, so the guest's init dies (ptrace(2),
 * PTRACE_SETREGSET: EFAULT). This library fills the rest from the current state.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>

enum { GETREGSET = 0x4204, SETREGSET = 0x4205, X86_XSTATE = 0x202 };

long ptrace(int request, ...) {
  static long (*next)(int, pid_t, void *, void *);
  static char whole[1 << 16] __attribute__((aligned(64)));
  va_list arguments;
  va_start(arguments, request);
  pid_t pid = va_arg(arguments, pid_t);
  void *address = va_arg(arguments, void *);
  struct iovec *part = va_arg(arguments, void *);
  va_end(arguments);
  if (!next) next = dlsym(RTLD_NEXT, "ptrace");
  if (request != SETREGSET || (long)address != X86_XSTATE) return next(request, pid, address, part);
  struct iovec all = {whole, sizeof whole};
  long failed = next(GETREGSET, pid, address, &all);
  if (failed) return failed;
  memcpy(whole, part->iov_base, part->iov_len < all.iov_len ? part->iov_len : all.iov_len);
  return next(SETREGSET, pid, address, &all);
}
