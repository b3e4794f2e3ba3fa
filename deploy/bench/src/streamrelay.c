/*
 * The lower bound a switch of stream ports is compared with: two Unix sockets, and what came by one
 * leaves by the other.
 *
 *   streamrelay PATH PATH
 *
 * Frames have a length of 4 bytes, big endian, in front. As many as a read brings leave by one
 * write, after the walk over their lengths that any switch must do. Prints "ready" once it listens.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BUFFER (256 * 1024)
#define FRAME_MAX 65554

struct side {
	int in, out;
	size_t held;
	uint8_t buffer[BUFFER];
};

static int listen_at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (strlen(path) >= sizeof address.sun_path)
		errx(2, "%s: too long", path);
	strcpy(address.sun_path, path);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 1) < 0)
		err(1, "%s", path);
	return fd;
}

static int accept_one(int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		err(1, "accept");
	return fd;
}

/* How many bytes at the front are whole frames. */
static size_t whole_frames(const struct side *s)
{
	size_t at = 0;

	for (;;) {
		uint32_t length;

		if (s->held - at < sizeof length)
			return at;
		memcpy(&length, s->buffer + at, sizeof length);
		length = ntohl(length);
		if (length == 0 || length > FRAME_MAX)
			errx(1, "a frame of %u bytes", length);
		if (s->held - at < sizeof length + length)
			return at;
		at += sizeof length + length;
	}
}

/* The other side hung up; whoever measures has yet to read the CPU time, and ends the process. */
static void wait_for_end(void)
{
	for (;;)
		pause();
}

static void write_all(int fd, const uint8_t *bytes, size_t count)
{
	while (count > 0) {
		ssize_t n = send(fd, bytes, count, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN) {
			struct pollfd p = { .fd = fd, .events = POLLOUT };

			poll(&p, 1, -1);
		} else if (n <= 0) {
			wait_for_end();
		} else {
			bytes += n;
			count -= n;
		}
	}
}

static void forward(struct side *s)
{
	ssize_t n = read(s->in, s->buffer + s->held, sizeof s->buffer - s->held);
	size_t whole;

	if (n == 0)
		wait_for_end();
	if (n < 0)
		return;
	s->held += n;
	whole = whole_frames(s);
	write_all(s->out, s->buffer, whole);
	s->held -= whole;
	memmove(s->buffer, s->buffer + whole, s->held);
}

int main(int argc, char **argv)
{
	static struct side sides[2];
	int a, b, epoll = epoll_create1(EPOLL_CLOEXEC);

	if (argc != 3)
		errx(2, "usage: streamrelay PATH PATH");
	a = listen_at(argv[1]);
	b = listen_at(argv[2]);
	puts("ready");
	fflush(stdout);
	sides[0].in = sides[1].out = accept_one(a);
	sides[1].in = sides[0].out = accept_one(b);
	for (int i = 0; i < 2; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = &sides[i] };

		if (epoll_ctl(epoll, EPOLL_CTL_ADD, sides[i].in, &e) < 0)
			err(1, "epoll_ctl");
	}
	for (;;) {
		struct epoll_event events[2];
		int n = epoll_wait(epoll, events, 2, -1);

		for (int i = 0; i < n; i++)
			forward(events[i].data.ptr);
	}
}
