/*
 * Waits for a switch to come up: sends a broadcast frame every 2 ms until one arrives.
 *
 *   firstframe TIMEOUT_SECONDS FROM_NETNS:DEV TO_NETNS:DEV
 *
 * Prints the arrival time in microseconds since the epoch. May start before the devices exist.
 */
#define _GNU_SOURCE
#include "netns.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

static int packet_socket(const struct endpoint *e, int protocol)
{
	int fd;

	enter_netns(e->netns);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(protocol));
	if (fd < 0)
		err(1, "AF_PACKET socket");
	return fd;
}

/* Fails while the device is missing or down, which is what the next attempt is for. */
static void send_probe(int fd, const struct endpoint *from)
{
	static const uint8_t frame[ETH_ZLEN] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x06, 0x00,
						 0x00, 0x00, 0x00, 0x01, TSB_ETHERTYPE >> 8,
						 TSB_ETHERTYPE & 0xff };
	struct sockaddr_ll address = { .sll_family = AF_PACKET };
	struct ifreq request = { 0 };

	memcpy(request.ifr_name, from->device, sizeof from->device);
	if (ioctl(fd, SIOCGIFINDEX, &request) < 0)
		return;
	address.sll_ifindex = request.ifr_ifindex;
	sendto(fd, frame, sizeof frame, 0, (struct sockaddr *)&address, sizeof address);
}

int main(int argc, char **argv)
{
	struct endpoint from, to;
	struct timespec now;
	time_t deadline;
	int out, in;

	if (argc != 4)
		errx(2, "usage: firstframe TIMEOUT_SECONDS NETNS:DEV NETNS:DEV");
	from = parse_endpoint(argv[2]);
	to = parse_endpoint(argv[3]);
	out = packet_socket(&from, 0);
	in = packet_socket(&to, TSB_ETHERTYPE);
	clock_gettime(CLOCK_REALTIME, &now);
	deadline = now.tv_sec + atoi(argv[1]);

	do {
		struct pollfd p = { .fd = in, .events = POLLIN };

		send_probe(out, &from);
		if (poll(&p, 1, 2) > 0) {
			clock_gettime(CLOCK_REALTIME, &now);
			printf("%lld\n", now.tv_sec * 1000000LL + now.tv_nsec / 1000);
			return 0;
		}
		clock_gettime(CLOCK_REALTIME, &now);
	} while (now.tv_sec <= deadline);
	errx(1, "no frame arrived within %s s", argv[1]);
}
