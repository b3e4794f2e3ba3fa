/*
 * Sends large TCP segments, 64 KiB with an open checksum, as fast as one core can: what a host
 * with segmentation offload gives its device.
 *
 *   gsogen --interface DEV --src MAC --dst MAC --seconds S
 *
 * Nobody answers, so nothing but the way from the device on is measured. Prints "sent=" and
 * "refused=" (segments that met a full device queue).
 */
#define _GNU_SOURCE
#include "packet.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/virtio_net.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define MSS 1448
#define SEGMENTS 44

struct large {
	struct virtio_net_hdr virtio;
	struct ether_header ethernet;
	struct iphdr ip;
	struct tcphdr tcp;
	uint8_t payload[MSS * SEGMENTS];
} __attribute__((packed));

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum >> 16) + (sum & 0xffff);
	return sum;
}

static uint32_t sum_words(const void *from, size_t bytes)
{
	const uint8_t *b = from;
	uint32_t sum = 0;

	for (size_t i = 0; i < bytes; i += 2)
		sum += b[i] << 8 | b[i + 1];
	return sum;
}

static void prepare(struct large *l)
{
	size_t header = sizeof l->ethernet + sizeof l->ip + sizeof l->tcp;
	size_t segment = sizeof l->tcp + sizeof l->payload;

	l->virtio = (struct virtio_net_hdr){ .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
					     .gso_type = VIRTIO_NET_HDR_GSO_TCPV4,
					     .hdr_len = header,
					     .gso_size = MSS,
					     .csum_start = header - sizeof l->tcp,
					     .csum_offset = offsetof(struct tcphdr, check) };
	l->ethernet.ether_type = htons(ETHERTYPE_IP);
	l->ip = (struct iphdr){ .version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP,
				.frag_off = htons(IP_DF),
				.tot_len = htons(sizeof l->ip + segment),
				.saddr = htonl(0x0a7b0001), .daddr = htonl(0x0a7b0002) };
	l->ip.check = htons((uint16_t)~fold(sum_words(&l->ip, sizeof l->ip)));
	l->tcp = (struct tcphdr){ .source = htons(40000), .dest = htons(9), .doff = 5, .ack = 1,
				  .window = htons(512) };
	l->tcp.check = htons(fold(sum_words(&l->ip.saddr, 8) + IPPROTO_TCP + segment));
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "interface", required_argument, NULL, 'i' },
		{ "src", required_argument, NULL, 's' },
		{ "dst", required_argument, NULL, 'd' },
		{ "seconds", required_argument, NULL, 't' },
		{ 0 },
	};
	static struct large large;
	unsigned long sent = 0, refused = 0;
	const struct timespec pause = { 0, 50000 };
	const char *interface = NULL;
	double seconds = 0, start = now();
	int option, fd;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'i': interface = optarg; break;
		case 's': parse_mac(optarg, large.ethernet.ether_shost); break;
		case 'd': parse_mac(optarg, large.ethernet.ether_dhost); break;
		case 't': seconds = atof(optarg); break;
		default: exit(2);
		}
	}
	if (!interface || seconds <= 0)
		errx(2, "needs --interface and --seconds");
	prepare(&large);
	fd = open_socket(interface);
	enable(fd, PACKET_VNET_HDR, "PACKET_VNET_HDR");
	while (now() < start + seconds) {
		if (send(fd, &large, sizeof large, 0) > 0) {
			sent++;
		} else if (errno == ENOBUFS || errno == EAGAIN) {
			refused++;
			nanosleep(&pause, NULL); /* leaves the core to who receives */
		} else if (errno != EINTR) {
			err(1, "send");
		}
		large.tcp.seq = htonl(ntohl(large.tcp.seq) + sizeof large.payload);
	}
	printf("sent=%lu\nrefused=%lu\n", sent, refused);
}
