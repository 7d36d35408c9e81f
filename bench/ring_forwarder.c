/*
 * A forwarder of the daemons' design in C, without sessions, checks and encryption: what the design
 * can do on this machine. A receive ring (TPACKET_V2), up to 128 frames in one write on a TCP
 * connection, and up to 256 frames of one read in one sendmmsg(2), on one thread.
 *
 *     ring_forwarder INTERFACE PORT listen|connect
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/* As in ffi/link/rx_ring.ts, ffi/link/packet_socket.ts, src/tunnel/record and ffi/poll. */
#define SLOT 2048
#define SLOTS 4096
#define SOCKET_BUFFER (4 * 1024 * 1024)
#define QUEUE (512 * 1024)
#define READ (256 * 1024)
#define TAKEN 128
#define SENT 256
#define REST_NANOSECONDS 500000
#define SPARE 4

/* Before each frame on the connection: its length. */
#define HEADER 2

static void check(int result, const char *what) {
  if (result >= 0) return;
  perror(what);
  exit(1);
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static int packet_socket(const char *name, int protocol) {
  int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
  check(fd, "socket(AF_PACKET)");
  struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = htons(protocol),
                                 .sll_ifindex = (int) if_nametoindex(name) };
  if (protocol != 0) {
    int version = TPACKET_V2, one = 1;
    struct tpacket_req ring = { 64 * 1024, SLOT * SLOTS / (64 * 1024), SLOT, SLOTS };
    /* PPPoE only: ethertype 0x8863 or 0x8864. */
    struct sock_filter code[] = { { BPF_LD | BPF_H | BPF_ABS, 0, 0, 12 },
                                  { BPF_JMP | BPF_JEQ | BPF_K, 1, 0, ETH_P_PPP_DISC },
                                  { BPF_JMP | BPF_JEQ | BPF_K, 0, 1, ETH_P_PPP_SES },
                                  { BPF_RET | BPF_K, 0, 0, 0x40000 },
                                  { BPF_RET | BPF_K, 0, 0, 0 } };
    struct sock_fprog filter = { sizeof code / sizeof *code, code };
    struct packet_mreq all = { .mr_ifindex = address.sll_ifindex, .mr_type = PACKET_MR_PROMISC };
    check(setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter), "filter");
    check(setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one), "own frames");
    check(setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof all), "promiscuous");
    check(setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version), "version");
    check(setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &ring, sizeof ring), "ring");
  } else {
    int size = SOCKET_BUFFER;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size);
  }
  check(bind(fd, (struct sockaddr *) &address, sizeof address), "bind(AF_PACKET)");
  return fd;
}

static int connection(int port, int listens) {
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(port),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  check(fd, "socket(AF_INET)");
  if (listens) {
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    check(bind(fd, (struct sockaddr *) &address, sizeof address), "bind");
    check(listen(fd, 1), "listen");
    puts("listening");
    fd = accept(fd, NULL, NULL);
    check(fd, "accept");
  } else check(connect(fd, (struct sockaddr *) &address, sizeof address), "connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  check(fcntl(fd, F_SETFL, O_NONBLOCK), "fcntl");
  return fd;
}

static int wire, out, tunnel;
static uint8_t *ring;
static unsigned slot;

static uint8_t queue[QUEUE];
static size_t queued, written;

/* Copies frames from the ring into the queue; returns their number. Leaves them if it is full. */
static int take(void) {
  int taken = 0;
  for (; taken < TAKEN; taken++) {
    struct tpacket2_hdr *head = (void *) (ring + (size_t) slot * SLOT);
    if (!(__atomic_load_n(&head->tp_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER)) break;
    size_t length = head->tp_snaplen;
    if (queued + HEADER + length > QUEUE) break;
    queue[queued] = length >> 8;
    queue[queued + 1] = length;
    memcpy(queue + queued + HEADER, (uint8_t *) head + head->tp_mac, length);
    queued += HEADER + length;
    __atomic_store_n(&head->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
    slot = (slot + 1) % SLOTS;
  }
  return taken;
}

static void write_queue(void) {
  if (queued == 0) return;
  ssize_t count = write(tunnel, queue + written, queued - written);
  if (count > 0) written += count;
  else if (errno != EAGAIN) exit(0);
  if (written == queued) written = queued = 0;
}

static uint8_t input[READ];
static size_t filled;
static struct iovec parts[SENT];
static struct mmsghdr messages[SENT];

/* Sends what fits; a full device drops the rest. */
static void flush(int count) {
  for (int sent = 0; sent < count;) {
    int now_sent = sendmmsg(out, messages + sent, count - sent, 0);
    if (now_sent < 0 && errno != EINTR) return;
    if (now_sent > 0) sent += now_sent;
  }
}

/* Sends the frames of one read to the wire; returns whether there was anything to read. */
static int read_tunnel(void) {
  ssize_t count = read(tunnel, input + filled, READ - filled);
  if (count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR)) exit(0);
  if (count < 0) return 0;
  filled += count;
  size_t at = 0;
  int frames = 0;
  while (filled - at >= HEADER) {
    size_t length = input[at] << 8 | input[at + 1];
    if (filled - at < HEADER + length) break;
    parts[frames] = (struct iovec) { input + at + HEADER, length };
    at += HEADER + length;
    if (++frames == SENT) {
      flush(frames);
      frames = 0;
    }
  }
  flush(frames);
  memmove(input, input + at, filled - at);
  filled -= at;
  return 1;
}

/* Waits until something can be done; `ring_too` is 0 during a rest. A negative time is endless. */
static void wait(int ring_too, int64_t nanoseconds) {
  struct pollfd polled[2] = { { .fd = tunnel, .events = POLLIN | (queued > 0 ? POLLOUT : 0) },
                              { .fd = wire, .events = POLLIN } };
  struct timespec time = { nanoseconds / 1000000000, nanoseconds % 1000000000 };
  ppoll(polled, ring_too && queued < QUEUE / 2 ? 2 : 1, nanoseconds < 0 ? NULL : &time, NULL);
}

static void forward(void) {
  int64_t last = 0;
  int spare = SPARE, rested = 0;
  for (;;) {
    int64_t begin = now();
    int taken = take();
    write_queue();
    int read = read_tunnel();
    if (taken == TAKEN) continue;
    if (taken > 0) {
      /* Interrupt moderation: batches that follow each other closely share a wake-up. */
      if (!rested && begin - last >= REST_NANOSECONDS) spare = SPARE;
      last = begin;
      rested = spare == 0;
      if (!rested) spare--;
      else {
        for (int64_t left; (left = begin + REST_NANOSECONDS - now()) > 0;) {
          wait(0, left);
          read_tunnel();
          write_queue();
        }
      }
    } else {
      rested = 0;
      if (!read) wait(1, -1);
    }
  }
}

int main(int count, char **args) {
  if (count != 4) {
    fputs("Usage: ring_forwarder INTERFACE PORT listen|connect\n", stderr);
    return 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  wire = packet_socket(args[1], ETH_P_ALL);
  out = packet_socket(args[1], 0);
  ring = mmap(NULL, SLOT * SLOTS, PROT_READ | PROT_WRITE, MAP_SHARED, wire, 0);
  if (ring == MAP_FAILED) check(-1, "mmap");
  for (int i = 0; i < SENT; i++) {
    messages[i].msg_hdr = (struct msghdr) { .msg_iov = &parts[i], .msg_iovlen = 1 };
  }
  tunnel = connection(atoi(args[2]), strcmp(args[3], "listen") == 0);
  puts("ready");
  forward();
}
