/* What the programs that send Ethernet frames by a device have in common. */
#pragma once

#include <err.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>

static inline double seconds_of(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static inline double now(void)
{
	return seconds_of(CLOCK_MONOTONIC);
}

static inline void parse_mac(const char *text, uint8_t *mac)
{
	if (sscanf(text, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &mac[0], &mac[1], &mac[2], &mac[3],
		   &mac[4], &mac[5]) != ETH_ALEN)
		errx(2, "not a MAC address: %s", text);
}

static inline void enable(int fd, int option, const char *name)
{
	int one = 1;

	if (setsockopt(fd, SOL_PACKET, option, &one, sizeof one) < 0)
		err(1, "%s", name);
}

/* A socket that sends by a device and past its queueing discipline. */
static inline int open_socket(const char *interface)
{
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_ifindex =
					       if_nametoindex(interface) };
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	if (address.sll_ifindex == 0)
		err(1, "%s", interface);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "AF_PACKET socket on %s", interface);
	enable(fd, PACKET_QDISC_BYPASS, "PACKET_QDISC_BYPASS");
	return fd;
}
