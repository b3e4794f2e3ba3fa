/*
 * Round trips of a 32-byte UDP datagram between two blocking sockets.
 *
 *   rtt server ADDRESS PORT
 *   rtt client ADDRESS PORT COUNT WARM_UP_COUNT
 *
 * The client prints p50, p99 and max in microseconds, and how many were lost.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#define LOSS_LIMIT 100

struct datagram {
	uint64_t sequence;
	uint8_t padding[24];
};

static struct sockaddr_in parse_address(const char *host, const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(atoi(port)) };

	if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
		errx(2, "not an IPv4 address: %s", host);
	return address;
}

static int64_t now_nanos(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void serve(int fd)
{
	for (;;) {
		struct sockaddr_in peer;
		socklen_t peer_length = sizeof peer;
		struct datagram d;
		ssize_t n = recvfrom(fd, &d, sizeof d, 0, (struct sockaddr *)&peer, &peer_length);

		if (n < 0)
			err(1, "recvfrom");
		sendto(fd, &d, n, 0, (struct sockaddr *)&peer, peer_length);
	}
}

/* Nanoseconds, or -1 when the answer did not come in time. */
static int64_t round_trip(int fd, uint64_t sequence)
{
	struct datagram d = { .sequence = sequence };
	int64_t start = now_nanos();

	if (send(fd, &d, sizeof d, 0) < 0 && errno != ECONNREFUSED)
		err(1, "send");
	do {
		if (recv(fd, &d, sizeof d, 0) < 0) {
			if (errno == EAGAIN || errno == ECONNREFUSED)
				return -1;
			err(1, "recv");
		}
	} while (d.sequence != sequence);
	return now_nanos() - start;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void measure(int fd, long count, long warm_up)
{
	int64_t *samples = calloc(count, sizeof *samples);
	long done = 0, lost = 0;

	if (!samples)
		err(1, "calloc");
	for (uint64_t sequence = 0; done < count; sequence++) {
		int64_t nanos = round_trip(fd, sequence);

		if (nanos < 0 && ++lost > LOSS_LIMIT)
			errx(1, "more than %d round trips lost", LOSS_LIMIT);
		if (nanos >= 0 && (long)sequence >= warm_up)
			samples[done++] = nanos;
	}
	qsort(samples, count, sizeof *samples, by_value);
	printf("p50=%.2f\np99=%.2f\nmax=%.2f\nlost=%ld\n", samples[count / 2] / 1e3,
	       samples[count * 99 / 100] / 1e3, samples[count - 1] / 1e3, lost);
}

int main(int argc, char **argv)
{
	struct timeval timeout = { .tv_usec = 200000 };
	struct sockaddr_in address;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		err(1, "socket");
	if (argc == 4 && strcmp(argv[1], "server") == 0) {
		address = parse_address(argv[2], argv[3]);
		if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
			err(1, "bind");
		serve(fd);
	}
	if (argc == 6 && strcmp(argv[1], "client") == 0 && atol(argv[4]) > 0) {
		address = parse_address(argv[2], argv[3]);
		if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
		    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout) < 0)
			err(1, "connect");
		measure(fd, atol(argv[4]), atol(argv[5]));
		return 0;
	}
	errx(2, "usage: rtt server ADDRESS PORT | rtt client ADDRESS PORT COUNT WARM_UP_COUNT");
}
