/*
 * The lower bound a userspace switch is compared with: two TAPs, one read and one write per frame,
 * nothing in between.
 *
 *   relay [--no-offload] [--threads 1|2] NETNS:TAP NETNS:TAP
 *
 * Prints "ready" once it forwards. The header is passed on unchanged, as TAP to TAP allows: the
 * receiving kernel accepts the partial checksum and the GSO frame the sending kernel made.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <errno.h>
#include <getopt.h>
#include <pthread.h>
#include <sys/epoll.h>

#define BUDGET 64
#define FRAME_MAX (VIRTIO_HEADER + 65536 + 18)

#ifndef TUN_F_USO4 /* Linux 6.2 */
#define TUN_F_USO4 0x20
#define TUN_F_USO6 0x40
#endif

struct direction {
	int in;
	int out;
};

struct worker {
	struct direction directions[2];
	int count;
};

static void enable_offload(int fd, const char *device)
{
	unsigned long offload = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;

	if (ioctl(fd, TUNSETOFFLOAD, offload | TUN_F_USO4 | TUN_F_USO6) < 0 &&
	    ioctl(fd, TUNSETOFFLOAD, offload) < 0)
		err(1, "%s: TUNSETOFFLOAD", device);
}

static void forward(const struct direction *d, char *buffer)
{
	for (int i = 0; i < BUDGET; i++) {
		ssize_t length = read(d->in, buffer, FRAME_MAX);

		if (length < 0 && errno == EBADFD)
			err(1, "a TAP was deleted");
		if (length <= 0)
			return;
		/* EIO while the far TAP is down, EINVAL for a header it refuses: a lost frame each. */
		if (write(d->out, buffer, length) < 0)
			continue;
	}
}

static void *run(void *argument)
{
	struct worker *w = argument;
	struct epoll_event events[2];
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	char *buffer = malloc(FRAME_MAX);

	if (epoll < 0 || !buffer)
		err(1, "epoll");
	for (int i = 0; i < w->count; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = &w->directions[i] };

		if (epoll_ctl(epoll, EPOLL_CTL_ADD, w->directions[i].in, &e) < 0)
			err(1, "epoll_ctl");
	}
	for (;;) {
		int n = epoll_wait(epoll, events, 2, -1);

		for (int i = 0; i < n; i++)
			forward(events[i].data.ptr, buffer);
	}
	return NULL;
}

static void usage(void)
{
	errx(2, "usage: relay [--no-offload] [--threads 1|2] NETNS:TAP NETNS:TAP");
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "no-offload", no_argument, NULL, 'n' },
		{ "threads", required_argument, NULL, 't' },
		{ 0 },
	};
	struct worker workers[2] = { 0 };
	struct endpoint a, b;
	bool offload = true;
	int threads = 1, option, fd_a, fd_b;
	pthread_t second;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'n')
			offload = false;
		else if (option == 't')
			threads = atoi(optarg);
		else
			usage();
	}
	if (argc - optind != 2 || threads < 1 || threads > 2)
		usage();

	a = parse_endpoint(argv[optind]);
	b = parse_endpoint(argv[optind + 1]);
	fd_a = open_tap(&a, offload);
	fd_b = open_tap(&b, offload);
	if (offload) {
		enable_offload(fd_a, a.device);
		enable_offload(fd_b, b.device);
	}

	workers[0].directions[workers[0].count++] = (struct direction){ fd_a, fd_b };
	struct worker *back = &workers[threads - 1];
	back->directions[back->count++] = (struct direction){ fd_b, fd_a };

	puts("ready");
	fflush(stdout);
	if (threads == 2 && pthread_create(&second, NULL, run, &workers[1]) != 0)
		errx(1, "pthread_create");
	run(&workers[0]);
}
