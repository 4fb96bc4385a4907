/* Faults of disk and clock for a process that was started with this library in LD_PRELOAD. The file
 * that TUTTI_FAULTS names says which, and whoever writes to it changes them while the process runs. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

/* Written by faults.py: little-endian numbers of eight bytes. */
struct faults {
  int64_t sync_us;  /* a sync takes so much longer */
  int64_t full;     /* 1: the disk says that it has no room; 2: writes fail, too */
  int64_t clock_ns; /* how much the wall clock is ahead */
};

static const struct faults none;
static const volatile struct faults* now = &none;

__attribute__((constructor)) static void begin(void) {
  const char* path = getenv("TUTTI_FAULTS");
  int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (fd < 0)
    return;
  void* found = mmap(NULL, sizeof(struct faults), PROT_READ, MAP_SHARED, fd, 0);
  if (found != MAP_FAILED)
    now = found;
  close(fd);
}

#define REAL(name) ((__typeof__(&name))next_of(#name))

static void* next_of(const char* name) {
  return dlsym(RTLD_NEXT, name);
}

static void slow(void) {
  int64_t us = now->sync_us;
  if (us > 0)
    usleep((useconds_t)us);
}

int fsync(int fd) {
  slow();
  return REAL(fsync)(fd);
}

int fdatasync(int fd) {
  slow();
  return REAL(fdatasync)(fd);
}

static int no_room(int fd) {
  struct stat is;
  if (now->full < 2 || fstat(fd, &is) != 0 || !S_ISREG(is.st_mode))
    return 0;
  errno = ENOSPC;
  return 1;
}

ssize_t write(int fd, const void* from, size_t n) {
  return no_room(fd) ? -1 : REAL(write)(fd, from, n);
}

ssize_t writev(int fd, const struct iovec* from, int n) {
  return no_room(fd) ? -1 : REAL(writev)(fd, from, n);
}

ssize_t pwrite(int fd, const void* from, size_t n, off_t at) {
  return no_room(fd) ? -1 : REAL(pwrite)(fd, from, n, at);
}

ssize_t pwrite64(int fd, const void* from, size_t n, off64_t at) {
  return no_room(fd) ? -1 : REAL(pwrite64)(fd, from, n, at);
}

int fallocate(int fd, int mode, off_t from, off_t n) {
  return no_room(fd) ? -1 : REAL(fallocate)(fd, mode, from, n);
}

int fallocate64(int fd, int mode, off64_t from, off64_t n) {
  return no_room(fd) ? -1 : REAL(fallocate64)(fd, mode, from, n);
}

int statvfs64(const char* restrict path, struct statvfs64* restrict out) {
  int rc = REAL(statvfs64)(path, out);
  if (rc == 0 && now->full)
    out->f_bavail = out->f_bfree = 0;
  return rc;
}

int statvfs(const char* restrict path, struct statvfs* restrict out) {
  int rc = REAL(statvfs)(path, out);
  if (rc == 0 && now->full)
    out->f_bavail = out->f_bfree = 0;
  return rc;
}

int clock_gettime(clockid_t which, struct timespec* out) {
  int rc = REAL(clock_gettime)(which, out);
  if (rc == 0 && which == CLOCK_REALTIME) {
    int64_t ns = (int64_t)out->tv_sec * 1000000000 + out->tv_nsec + now->clock_ns;
    out->tv_sec = ns / 1000000000;
    out->tv_nsec = ns % 1000000000;
  }
  return rc;
}

int gettimeofday(struct timeval* restrict out, void* restrict zone) {
  int rc = REAL(gettimeofday)(out, zone);
  if (rc == 0)
    out->tv_sec += now->clock_ns / 1000000000;
  return rc;
}

time_t time(time_t* out) {
  struct timespec found;
  clock_gettime(CLOCK_REALTIME, &found);
  if (out)
    *out = found.tv_sec;
  return found.tv_sec;
}
