/*
 * How fast this machine is right now: prints the nanoseconds of one 64-byte write to /dev/null.
 * Virtual machines differ by a factor of two from day to day, and every frame is two system calls.
 */
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define WRITES 3000000

int main(void)
{
	struct timespec start, end;
	char data[64] = { 0 };
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	clock_gettime(CLOCK_MONOTONIC, &start);
	for (int i = 0; i < WRITES; i++)
		if (write(fd, data, sizeof data) < 0)
			err(1, "/dev/null");
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%.0f\n", ((end.tv_sec - start.tv_sec) * 1e9 + end.tv_nsec - start.tv_nsec) / WRITES);
}
