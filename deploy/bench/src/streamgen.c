/*
 * Two stations of a switch over sockets instead of devices: A sends Ethernet frames to B as fast as
 * one core can, or only B receives what somebody else sends.
 *
 *   streamgen [--vde] [--receive-only] [--per-write FRAMES] --size BYTES --warm-up S --seconds S
 *             A B [PID...]
 *
 * QEMU writes one frame at a time; without --per-write, as many as fit into 256 KiB leave together.
 * A and B are Unix sockets that frames cross with a length of 4 bytes, big endian, in front; with
 * --vde, both are the control socket of a vde_switch, which takes each frame as a datagram. Prints
 * what B received in the window: frames=, fps=, gbit=, bad=, elapsed=; how much of what A sent is
 * lost, for a switch does not stop A when B is slow: loss=; and the CPU time of the processes, the
 * time per frame that A sent, or B received where A is somebody else: cpu_share=, cpu_ns=.
 */
#define _GNU_SOURCE
#include "cpu.h"
#include "netns.h"
#include "packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <net/ethernet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#define BUFFER (256 * 1024)
#define BATCH 64
#define PREFIX 4

static const uint8_t mac_a[] = { 0x02, 0, 0, 0, 0xaa, 1 };
static const uint8_t mac_b[] = { 0x02, 0, 0, 0, 0xbb, 1 };
static const uint8_t everybody[] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };

static bool vde, receive_only;
static size_t size, per_write;
static atomic_bool done;
static _Atomic uint64_t frames, bytes, bad, bytes_sent;

struct station {
	int fd;
	int control; /* of vde_switch: the port lives as long as it is open */
};

static void pause_for(double seconds)
{
	struct timespec t = { (time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9) };

	nanosleep(&t, NULL);
}

static struct sockaddr_un at(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	if (strlen(path) >= sizeof address.sun_path)
		errx(2, "%s: too long", path);
	strcpy(address.sun_path, path);
	return address;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = at(path);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "%s", path);
	return fd;
}

/* The request by which a plug asks vde_switch for a port; it answers with its data socket. */
struct vde_request {
	uint32_t magic, version, type;
	struct sockaddr_un socket;
	char description[128];
} __attribute__((packed));

static struct station plug_in(const char *directory, int number)
{
	struct vde_request request = { .magic = 0xfeedface, .version = 3, .type = 0 };
	struct sockaddr_un data;
	struct station station;
	char path[sizeof data.sun_path];

	snprintf(path, sizeof path, "%s/ctl", directory);
	station.control = connect_to(path);
	snprintf(path, sizeof path, "%s.gen%d", directory, number);
	request.socket = at(path);
	station.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (station.fd < 0 ||
	    bind(station.fd, (struct sockaddr *)&request.socket, sizeof request.socket) < 0)
		err(1, "%s", path);
	if (send(station.control, &request, sizeof request, 0) < 0 ||
	    recv(station.control, &data, sizeof data, 0) <= 0 ||
	    connect(station.fd, (struct sockaddr *)&data, sizeof data) < 0)
		err(1, "vde_switch at %s", directory);
	return station;
}

static struct station attach(const char *path, int number)
{
	if (vde)
		return plug_in(path, number);
	return (struct station){ .fd = connect_to(path), .control = -1 };
}

static void write_frame(uint8_t *target, const uint8_t *destination, const uint8_t *source)
{
	uint32_t length = htonl(size);

	memcpy(target, &length, PREFIX);
	memset(target + PREFIX, 0, size);
	memcpy(target + PREFIX, destination, ETH_ALEN);
	memcpy(target + PREFIX + ETH_ALEN, source, ETH_ALEN);
	target[PREFIX + 12] = TSB_ETHERTYPE >> 8;
	target[PREFIX + 13] = TSB_ETHERTYPE & 0xff;
}

static void send_one(const struct station *from, const uint8_t *destination, const uint8_t *source)
{
	uint8_t frame[PREFIX + ETH_FRAME_LEN];
	size_t skip = vde ? PREFIX : 0;

	write_frame(frame, destination, source);
	if (send(from->fd, frame + skip, PREFIX + size - skip, 0) < 0)
		err(1, "send");
}

static void *send_stream(void *argument)
{
	const struct station *a = argument;
	static uint8_t buffer[BUFFER];
	size_t most = sizeof buffer / (PREFIX + size);
	size_t count = per_write > 0 && per_write < most ? per_write : most;
	size_t at = 0, end = count * (PREFIX + size);

	for (size_t i = 0; i < count; i++)
		write_frame(buffer + i * (PREFIX + size), mac_b, mac_a);
	while (!done) {
		ssize_t n = send(a->fd, buffer + at, end - at, MSG_NOSIGNAL);

		if (n < 0 && errno != EINTR)
			err(1, "send");
		if (n > 0)
			atomic_fetch_add_explicit(&bytes_sent, n, memory_order_relaxed);
		at = n < 0 || at + n == end ? 0 : at + n;
	}
	return NULL;
}

static void *send_datagrams(void *argument)
{
	const struct station *a = argument;
	static uint8_t frame[PREFIX + ETH_FRAME_LEN];
	struct iovec vector = { frame + PREFIX, size };
	struct mmsghdr messages[BATCH] = { 0 };

	write_frame(frame, mac_b, mac_a);
	for (int i = 0; i < BATCH; i++)
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &vector, .msg_iovlen = 1 };
	while (!done) {
		int n = sendmmsg(a->fd, messages, BATCH, 0);

		if (n < 0 && errno != EINTR && errno != ENOBUFS)
			err(1, "sendmmsg");
		if (n > 0)
			atomic_fetch_add_explicit(&bytes_sent, n * (PREFIX + size),
						  memory_order_relaxed);
	}
	return NULL;
}

static void count_frame(const uint8_t *frame, uint32_t length)
{
	if (length < ETH_HLEN)
		bad++;
	else if (memcmp(frame, mac_b, ETH_ALEN) != 0)
		return; /* flooded: what a station sends of its own accord */
	else if (!receive_only && length != size)
		bad++;
	atomic_store_explicit(&frames, frames + 1, memory_order_relaxed);
	atomic_store_explicit(&bytes, bytes + length, memory_order_relaxed);
}

static void *receive_stream(void *argument)
{
	const struct station *b = argument;
	static uint8_t buffer[BUFFER];
	size_t held = 0;

	while (!done) {
		ssize_t n = recv(b->fd, buffer + held, sizeof buffer - held, 0);
		size_t from = 0;
		uint32_t length;

		if (n <= 0)
			errx(1, "the switch hung up");
		held += n;
		while (held - from >= PREFIX) {
			memcpy(&length, buffer + from, PREFIX);
			length = ntohl(length);
			if (length > sizeof buffer - PREFIX)
				errx(1, "a frame of %u bytes", length);
			if (held - from < PREFIX + length)
				break;
			count_frame(buffer + from + PREFIX, length);
			from += PREFIX + length;
		}
		held -= from;
		memmove(buffer, buffer + from, held);
	}
	return NULL;
}

static void *receive_datagrams(void *argument)
{
	const struct station *b = argument;
	static uint8_t buffers[BATCH][2048];
	struct iovec vectors[BATCH];
	struct mmsghdr messages[BATCH] = { 0 };

	for (int i = 0; i < BATCH; i++) {
		vectors[i] = (struct iovec){ buffers[i], sizeof buffers[i] };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i], .msg_iovlen = 1 };
	}
	while (!done) {
		int n = recvmmsg(b->fd, messages, BATCH, MSG_WAITFORONE, NULL);

		for (int i = 0; i < n; i++)
			count_frame(buffers[i], messages[i].msg_len);
	}
	return NULL;
}

static void measure(double warm_up, double seconds, char **pids)
{
	uint64_t first, first_bytes, first_sent, ticks, passed, sent;
	double start, elapsed;

	pause_for(warm_up);
	first = frames;
	first_bytes = bytes;
	first_sent = bytes_sent;
	ticks = cpu_ticks_of_all(pids);
	start = now();
	pause_for(seconds);
	elapsed = now() - start;
	passed = frames - first;
	sent = (bytes_sent - first_sent) / (PREFIX + size);
	printf("elapsed=%.6f\nframes=%lu\nfps=%.0f\n", elapsed, passed, passed / elapsed);
	printf("gbit=%.3f\nbad=%lu\n", (bytes - first_bytes) * 8 / elapsed / 1e9, (uint64_t)bad);
	printf("loss=%.3f\n", sent > passed ? (double)(sent - passed) / sent : 0);
	print_cpu(cpu_ticks_of_all(pids) - ticks, elapsed, sent > 0 ? sent : passed);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "vde", no_argument, NULL, 'v' },
		{ "receive-only", no_argument, NULL, 'r' },
		{ "per-write", required_argument, NULL, 'p' },
		{ "size", required_argument, NULL, 'z' },
		{ "warm-up", required_argument, NULL, 'w' },
		{ "seconds", required_argument, NULL, 't' },
		{ 0 },
	};
	double warm_up = 1, seconds = 0;
	struct station a = { -1, -1 }, b;
	pthread_t sender, receiver;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'v': vde = true; break;
		case 'r': receive_only = true; break;
		case 'p': per_write = strtoul(optarg, NULL, 10); break;
		case 'z': size = strtoul(optarg, NULL, 10); break;
		case 'w': warm_up = atof(optarg); break;
		case 't': seconds = atof(optarg); break;
		default: exit(2);
		}
	}
	if (size < ETH_ZLEN || size > ETH_FRAME_LEN || seconds <= 0 || argc - optind < 2)
		errx(2, "needs --size 60..1514, --seconds, and two sockets");
	if (!receive_only)
		a = attach(argv[optind], 1);
	b = attach(argv[optind + 1], 2);
	pause_for(0.2);
	send_one(&b, everybody, mac_b); /* teaches the switch where B is */
	pause_for(0.2);
	pthread_create(&receiver, NULL, vde ? receive_datagrams : receive_stream, &b);
	if (!receive_only)
		pthread_create(&sender, NULL, vde ? send_datagrams : send_stream, &a);
	measure(warm_up, seconds, argv + optind + 2);
	fflush(stdout);
	_exit(0); /* the threads may be waiting in a call */
}
