/** The C library: every symbol the project calls, with its declaration. The only `dlopen`. */

/** glibc's file name. musl takes any name that begins with `libc.` for its own (dlopen). */
const NAME = "libc.so.6";

/** Symbols that musl lacks are optional. */
export const SYMBOLS = {
  /** int socket(int domain, int type, int protocol) */
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  /** int bind(int fd, const struct sockaddr *addr, socklen_t len) */
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  /** int connect(int fd, const struct sockaddr *addr, socklen_t len) */
  connect: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  /** int close(int fd) */
  close: { parameters: ["i32"], result: "i32" },
  /** close on a thread of Deno's pool */
  closeAside: { name: "close", parameters: ["i32"], result: "i32", nonblocking: true },
  /** int ioctl(int fd, unsigned long request, void *arg): the requests used fit 32 bits */
  ioctl: { parameters: ["i32", "u32", "buffer"], result: "i32" },
  /** int setsockopt(int fd, int level, int name, const void *value, socklen_t len) */
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  /** int getsockopt(int fd, int level, int name, void *value, socklen_t *len) */
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  /** int getsockname(int fd, struct sockaddr *addr, socklen_t *len) */
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  /** int getpeername(int fd, struct sockaddr *addr, socklen_t *len) */
  getpeername: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  /** int listen(int fd, int backlog) */
  listen: { parameters: ["i32", "i32"], result: "i32" },
  /** int accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags) */
  accept4: { parameters: ["i32", "buffer", "buffer", "i32"], result: "i32" },
  /** int dup3(int old, int new, int flags) */
  dup3: { parameters: ["i32", "i32", "i32"], result: "i32" },
  /** int fcntl(int fd, int op, int arg): the commands used take an int */
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  /** int shutdown(int fd, int how) */
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  /** int getrlimit(int resource, struct rlimit *limit) */
  getrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  /** int setrlimit(int resource, const struct rlimit *limit) */
  setrlimit: { parameters: ["i32", "buffer"], result: "i32" },
  /** void *mmap(void *addr, size_t length, int prot, int flags, int fd, off_t offset) */
  mmap: { parameters: ["pointer", "u32", "i32", "i32", "i32", "i32"], result: "pointer" },
  /** int munmap(void *addr, size_t length) */
  munmap: { parameters: ["pointer", "u32"], result: "i32" },
  /** int eventfd(unsigned int initval, int flags) */
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  /** ssize_t read(int fd, void *buf, size_t count) */
  read: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  /** ssize_t write(int fd, const void *buf, size_t count) */
  write: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  /** ssize_t recv(int fd, void *buf, size_t len, int flags): MSG_TRUNC gives the whole length */
  recv: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  /** ssize_t send(int fd, const void *buf, size_t len, int flags) */
  send: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  /**
   * ssize_t sendto(int fd, const void *buf, size_t len, int flags, const struct sockaddr *addr,
   * socklen_t alen)
   */
  sendto: { parameters: ["i32", "buffer", "u32", "i32", "buffer", "u32"], result: "i32" },
  /** int sendmmsg(int fd, struct mmsghdr *vec, unsigned int vlen, int flags) */
  sendmmsg: { parameters: ["i32", "buffer", "u32", "i32"], result: "i32" },
  /** int poll(struct pollfd *fds, nfds_t nfds, int timeout) */
  poll: { parameters: ["buffer", "u32", "i32"], result: "i32" },
  /** int ppoll(struct pollfd *fds, nfds_t nfds, const struct timespec *t, const sigset_t *mask) */
  ppoll: { parameters: ["buffer", "u32", "buffer", "pointer"], result: "i32" },
  /** ppoll on a thread of Deno's pool */
  ppollAside: {
    name: "ppoll",
    parameters: ["buffer", "u32", "buffer", "pointer"],
    result: "i32",
    nonblocking: true,
  },
  /** int sched_yield(void) */
  sched_yield: { parameters: [], result: "i32" },
  /** sched_yield on a thread of Deno's pool: one round trip to it */
  yieldAside: { name: "sched_yield", parameters: [], result: "i32", nonblocking: true },
  /** int epoll_ctl(int epfd, int op, int fd, struct epoll_event *event) */
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  /** int madvise(void *addr, size_t length, int advice) */
  madvise: { parameters: ["pointer", "usize", "i32"], result: "i32" },
  /** int adjtimex(struct timex *buf) */
  adjtimex: { parameters: ["buffer"], result: "i32" },
  /** int mallopt(int param, int value): glibc only */
  mallopt: { parameters: ["i32", "i32"], result: "i32", optional: true },
  /** int malloc_trim(size_t pad): glibc only */
  mallocTrim: { name: "malloc_trim", parameters: ["u32"], result: "i32", optional: true },
  /** unsigned long getauxval(unsigned long type) */
  getauxval: { parameters: ["usize"], result: "usize" },
  /** int clock_gettime(clockid_t clock, struct timespec *time) */
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  /**
   * long syscall(long number, …) with the arguments of statx(2): int dirfd, const char *path,
   * int flags, unsigned int mask, struct statx *buf. musl has no statx before 1.2.5.
   */
  syscallStatx: {
    name: "syscall",
    parameters: ["i32", "i32", "buffer", "i32", "u32", "buffer"],
    result: "i32",
  },
  /** int open(const char *path, int flags, mode_t mode) */
  open: { parameters: ["buffer", "i32", "u32"], result: "i32" },
  /** int faccessat(int dirfd, const char *path, int mode, int flags) */
  faccessat: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32" },
  /** ssize_t fgetxattr(int fd, const char *name, void *value, size_t size) */
  fgetxattr: { parameters: ["i32", "buffer", "buffer", "u32"], result: "i32" },
  /** uid_t geteuid(void) */
  geteuid: { parameters: [], result: "u32" },
  /** int *__errno_location(void) */
  errnoLocation: { name: "__errno_location", parameters: [], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

type Libc = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

let symbols: Libc | undefined;

/** Returns the C library's functions; they are loaded at the first call and kept. */
export function libc(): Libc {
  if (symbols !== undefined) return symbols;
  try {
    symbols = Deno.dlopen(NAME, SYMBOLS).symbols;
  } catch (cause) {
    if (cause instanceof Deno.errors.NotCapable) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(
      `Cannot load the C library "${NAME}": pppoe-proxy needs Linux with glibc or musl: ${reason}`,
      { cause },
    );
  }
  return symbols;
}

/**
 * Returns errno of the last call on this thread. Read it right after a call that is not
 * `nonblocking`.
 */
export function errno(): number {
  const location = libc().errnoLocation();
  return location === null ? 0 : new Deno.UnsafePointerView(location).getInt32();
}
