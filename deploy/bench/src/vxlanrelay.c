/*
 * What a userspace VXLAN switch is compared with: one host's end of a tunnel that joins a TAP to one
 * remote host, with everything the kernel has to make it cheap, and nothing in between.
 *
 *   vxlanrelay [--plain] TAP_NETNS:TAP HOST_NETNS VNI LOCAL REMOTE
 *
 * To the tunnel, the TAP gives TCP in segments of up to 64 KiB: each is cut in place, with headers
 * from a block of their own, and leaves by one or two calls with UDP_SEGMENT. Other frames wait for
 * their like until the TAP is empty, and leave together. From the tunnel, UDP_GRO brings many
 * datagrams at once: consecutive TCP segments whose checksums hold go to the TAP as one, gathered
 * from where they are. With --plain every frame is one read and one write, and the kernel cuts and
 * sums. IPv4 TCP is cut and joined; anything else passes as it is.
 *
 * Prints "ready" once it forwards.
 */
#define _GNU_SOURCE
#include "tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <getopt.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define VXLAN_PORT 4789
#define VXLAN_HEADER 8
#define VXLAN_VNI_VALID 0x08

#define FRAMES_PER_TURN 64
#define MESSAGES_PER_TURN 8
#define FRAME_MAX (65536 + 18)
#define SEGMENTS_MAX 64	  /* UDP_MAX_SEGMENTS of kernels before 6.9 */
#define DATAGRAM_MAX 65507 /* of IPv4 */
#define HEADERS_MAX (ETH_HLEN + 60 + 60)
#define RECEIVE_BUFFER (16 << 20)

struct sender {
	int tap, udp;
	uint8_t vxlan[VXLAN_HEADER];
	/* The run: frames of one size, VXLAN headers in front, of which the last may be shorter. */
	size_t start, end, segment;
	int count;
	uint8_t buffer[4 * FRAME_MAX];
	uint8_t headers[SEGMENTS_MAX][VXLAN_HEADER + HEADERS_MAX];
};

struct receiver {
	int tap, udp;
	uint8_t vxlan[VXLAN_HEADER];
	/* The run: consecutive segments of one TCP connection, the first with its headers. */
	struct iovec pieces[1 + SEGMENTS_MAX];
	int count;
	size_t headers, segment, length;
	uint32_t next;
	bool pushed, closed;
	uint8_t buffers[MESSAGES_PER_TURN][FRAME_MAX];
};

/* Where the headers of an IPv4 TCP frame are, and what they hold. */
struct tcp_frame {
	struct iphdr *ip;
	struct tcphdr *tcp;
	size_t headers, payload;
};

/* Sums 16-bit words as they are in memory: RFC 1071, section 2 (B). */
static uint64_t sum(const void *from, size_t bytes, uint64_t sum)
{
	const uint8_t *p = from;
	uint64_t words[4], even = sum, odd = 0;
	uint16_t word;

	for (; bytes >= sizeof words; p += sizeof words, bytes -= sizeof words) {
		memcpy(words, p, sizeof words);
		even += (uint32_t)words[0] + (words[0] >> 32) + (uint32_t)words[1] + (words[1] >> 32);
		odd += (uint32_t)words[2] + (words[2] >> 32) + (uint32_t)words[3] + (words[3] >> 32);
	}
	for (; bytes >= sizeof word; p += sizeof word, bytes -= sizeof word) {
		memcpy(&word, p, sizeof word);
		even += word;
	}
	word = 0;
	memcpy(&word, p, bytes);
	return even + odd + word;
}

static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static uint64_t pseudo_header(const struct iphdr *ip, size_t length)
{
	return sum(&ip->saddr, 8, htons(IPPROTO_TCP) + (uint64_t)htons(length));
}

static void write_vxlan_header(uint8_t *header, uint32_t vni)
{
	vni = htonl(vni << 8);
	header[0] = VXLAN_VNI_VALID;
	memcpy(header + 4, &vni, sizeof vni);
}

/* A refused datagram is a lost frame, as on a wire. */
static void send_segments(int udp, struct iovec *pieces, size_t count, uint16_t segment)
{
	union {
		char bytes[CMSG_SPACE(sizeof segment)];
		struct cmsghdr alignment;
	} control = { 0 };
	struct msghdr message = { .msg_iov = pieces, .msg_iovlen = count };

	if (segment > 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof control;
		CMSG_FIRSTHDR(&message)->cmsg_level = SOL_UDP;
		CMSG_FIRSTHDR(&message)->cmsg_type = UDP_SEGMENT;
		CMSG_FIRSTHDR(&message)->cmsg_len = CMSG_LEN(sizeof segment);
		memcpy(CMSG_DATA(CMSG_FIRSTHDR(&message)), &segment, sizeof segment);
	}
	sendmsg(udp, &message, 0);
}

static void send_run(struct sender *s)
{
	struct iovec run = { s->buffer + s->start, s->end - s->start };

	if (s->count > 0)
		send_segments(s->udp, &run, 1, s->count > 1 ? s->segment : 0);
	s->start = s->end;
	s->count = 0;
}

/* The frame is in the buffer already, with room for a VXLAN header between it and the run. */
static void append(struct sender *s, size_t length)
{
	size_t size = VXLAN_HEADER + length, run = s->end - s->start;
	bool closed = run % s->segment != 0;

	if (closed || size > s->segment || s->count == SEGMENTS_MAX || run + size > DATAGRAM_MAX)
		send_run(s);
	if (s->count == 0)
		s->segment = size;
	memcpy(s->buffer + s->end, s->vxlan, VXLAN_HEADER);
	s->end += size;
	s->count++;
}

static void complete_checksum(uint8_t *frame, size_t length, const struct virtio_net_hdr *virtio)
{
	size_t start = virtio->csum_start, field = start + virtio->csum_offset;
	uint16_t checksum;

	if (!(virtio->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) || field + sizeof checksum > length)
		return;
	checksum = ~fold(sum(frame + start, length - start, 0));
	if (checksum == 0)
		checksum = 0xffff; /* for UDP, 0 says that there is none; for others it is the same */
	memcpy(frame + field, &checksum, sizeof checksum);
}

static bool parse(uint8_t *frame, size_t length, struct tcp_frame *f)
{
	const size_t shortest = ETH_HLEN + sizeof *f->ip + sizeof *f->tcp;

	f->ip = (struct iphdr *)(frame + ETH_HLEN);
	f->tcp = (struct tcphdr *)(f->ip + 1);
	if (length < shortest || frame[12] != ETHERTYPE_IP >> 8 ||
	    frame[13] != (ETHERTYPE_IP & 0xff) || f->ip->version != 4 || f->ip->ihl != 5 ||
	    f->ip->protocol != IPPROTO_TCP || (f->ip->frag_off & htons(IP_MF | IP_OFFMASK)) ||
	    f->tcp->doff < 5)
		return false;
	f->headers = ETH_HLEN + sizeof *f->ip + f->tcp->doff * 4;
	if (length < f->headers || ntohs(f->ip->tot_len) != length - ETH_HLEN)
		return false;
	f->payload = length - f->headers;
	return true;
}

/* The headers of the segment whose payload begins at offset: Linux's tcp_gso_segment. */
static void write_segment_headers(uint8_t *block, const uint8_t *frame, const struct tcp_frame *f,
				  size_t offset, size_t payload, int index)
{
	struct iphdr *ip = (struct iphdr *)(block + ETH_HLEN);
	struct tcphdr *tcp = (struct tcphdr *)(ip + 1);
	size_t tcp_header = f->tcp->doff * 4;

	memcpy(block, frame, f->headers);
	ip->tot_len = htons(sizeof *ip + tcp_header + payload);
	ip->id = htons(ntohs(ip->id) + index);
	ip->check = 0;
	ip->check = ~fold(sum(ip, sizeof *ip, 0));
	tcp->seq = htonl(ntohl(tcp->seq) + offset);
	if (offset > 0)
		tcp->res2 &= ~2; /* CWR */
	if (offset + payload < f->payload)
		tcp->psh = tcp->fin = 0;
	tcp->check = 0;
	tcp->check = ~fold(sum(frame + f->headers + offset, payload,
			       sum(tcp, tcp_header, pseudo_header(ip, tcp_header + payload))));
}

static void cut(struct sender *s, uint8_t *frame, const struct tcp_frame *f, size_t payload_max)
{
	struct iovec pieces[2 * SEGMENTS_MAX];
	size_t block = VXLAN_HEADER + f->headers, segment = block + payload_max;
	size_t most = DATAGRAM_MAX / segment;
	int count = 0, index = 0;

	if (most > SEGMENTS_MAX)
		most = SEGMENTS_MAX;
	for (size_t offset = 0; offset < f->payload; offset += payload_max) {
		size_t left = f->payload - offset, payload = left < payload_max ? left : payload_max;

		memcpy(s->headers[count], s->vxlan, VXLAN_HEADER);
		write_segment_headers(s->headers[count] + VXLAN_HEADER, frame, f, offset, payload,
				      index++);
		pieces[2 * count] = (struct iovec){ s->headers[count], block };
		pieces[2 * count + 1] = (struct iovec){ frame + f->headers + offset, payload };
		if (++count == (int)most || left == payload) {
			send_segments(s->udp, pieces, 2 * count, count > 1 ? segment : 0);
			count = 0;
		}
	}
}

static void from_tap(void *argument)
{
	struct sender *s = argument;

	for (int i = 0; i < FRAMES_PER_TURN; i++) {
		uint8_t virtio_bytes[VIRTIO_HEADER], *frame;
		struct virtio_net_hdr virtio;
		struct tcp_frame f;
		ssize_t length;

		if (s->end + VXLAN_HEADER + FRAME_MAX > sizeof s->buffer)
			send_run(s);
		if (s->count == 0)
			s->start = s->end = 0;
		frame = s->buffer + s->end + VXLAN_HEADER;
		length = readv(s->tap,
			       (struct iovec[]){ { virtio_bytes, VIRTIO_HEADER }, { frame, FRAME_MAX } },
			       2) - VIRTIO_HEADER;
		if (length < 0 && errno == EBADFD)
			err(1, "the TAP was deleted");
		if (length < ETH_HLEN)
			break;
		memcpy(&virtio, virtio_bytes, sizeof virtio);
		if (virtio.gso_type == VIRTIO_NET_HDR_GSO_NONE) {
			complete_checksum(frame, length, &virtio);
			append(s, length);
		} else if (parse(frame, length, &f) && virtio.gso_size > 0) {
			send_run(s);
			cut(s, frame, &f, virtio.gso_size);
		}
	}
	send_run(s);
}

/* EIO while the TAP is down: a lost frame. */
static void write_tap(int tap, struct virtio_net_hdr virtio, struct iovec *pieces, int count)
{
	uint8_t header[VIRTIO_HEADER] = { 0 };

	memcpy(header, &virtio, sizeof virtio);
	pieces[0] = (struct iovec){ header, sizeof header };
	if (writev(tap, pieces, 1 + count) < 0)
		return;
}

/* The checksums have been verified, so the kernel is told that the TCP one is yet to be made. */
static void write_run(struct receiver *r)
{
	struct virtio_net_hdr virtio = { .flags = VIRTIO_NET_HDR_F_NEEDS_CSUM,
					 .hdr_len = r->headers,
					 .csum_start = ETH_HLEN + sizeof(struct iphdr),
					 .csum_offset = offsetof(struct tcphdr, check) };
	struct iphdr *ip;
	struct tcphdr *tcp;

	if (r->count == 0)
		return;
	ip = (struct iphdr *)((uint8_t *)r->pieces[1].iov_base + ETH_HLEN);
	tcp = (struct tcphdr *)(ip + 1);
	if (r->count > 1) {
		virtio.gso_type = VIRTIO_NET_HDR_GSO_TCPV4;
		virtio.gso_size = r->segment;
		ip->tot_len = htons(r->length - ETH_HLEN);
		ip->check = 0;
		ip->check = ~fold(sum(ip, sizeof *ip, 0));
		tcp->psh = r->pushed;
	}
	tcp->check = fold(pseudo_header(ip, r->length - virtio.csum_start));
	write_tap(r->tap, virtio, r->pieces, r->count);
	r->count = 0;
}

static bool joinable(const struct tcp_frame *f)
{
	const struct tcphdr *tcp = f->tcp;
	size_t tcp_length = tcp->doff * 4 + f->payload;

	return f->payload > 0 && tcp->ack && !tcp->syn && !tcp->fin && !tcp->rst && !tcp->urg &&
	       !tcp->res2 && fold(sum(f->ip, sizeof *f->ip, 0)) == 0xffff &&
	       fold(sum(tcp, tcp_length, pseudo_header(f->ip, tcp_length))) == 0xffff;
}

/* Whether all headers are alike but for what differs from segment to segment. */
static bool continues(const struct receiver *r, const uint8_t *frame, const struct tcp_frame *f)
{
	const uint8_t *first = r->pieces[1].iov_base;
	const struct iphdr *ip = (const struct iphdr *)(first + ETH_HLEN);
	const struct tcphdr *tcp = (const struct tcphdr *)(ip + 1);

	return r->count > 0 && !r->closed && r->count < SEGMENTS_MAX && f->headers == r->headers &&
	       f->payload <= r->segment && r->length - ETH_HLEN + f->payload <= IP_MAXPACKET &&
	       ntohl(f->tcp->seq) == r->next && memcmp(frame, first, ETH_HLEN) == 0 &&
	       ip->tos == f->ip->tos && ip->ttl == f->ip->ttl &&
	       ip->frag_off == f->ip->frag_off && ip->saddr == f->ip->saddr &&
	       ip->daddr == f->ip->daddr && tcp->source == f->tcp->source &&
	       tcp->dest == f->tcp->dest && tcp->ack_seq == f->tcp->ack_seq &&
	       tcp->window == f->tcp->window &&
	       memcmp(tcp + 1, f->tcp + 1, tcp->doff * 4 - sizeof *tcp) == 0;
}

static void join(struct receiver *r, uint8_t *frame, const struct tcp_frame *f)
{
	if (continues(r, frame, f)) {
		r->pieces[1 + r->count++] = (struct iovec){ frame + f->headers, f->payload };
		r->length += f->payload;
	} else {
		write_run(r);
		r->pieces[1] = (struct iovec){ frame, f->headers + f->payload };
		r->count = 1;
		r->headers = f->headers;
		r->segment = f->payload;
		r->length = f->headers + f->payload;
	}
	r->next = ntohl(f->tcp->seq) + f->payload;
	r->pushed = f->tcp->psh;
	r->closed = r->pushed || f->payload < r->segment;
}

static void deliver(struct receiver *r, uint8_t *datagram, size_t length)
{
	uint8_t *frame = datagram + VXLAN_HEADER;
	struct tcp_frame f;

	if (length < VXLAN_HEADER + ETH_HLEN || memcmp(datagram, r->vxlan, VXLAN_HEADER) != 0)
		return;
	length -= VXLAN_HEADER;
	if (parse(frame, length, &f) && joinable(&f)) {
		join(r, frame, &f);
	} else {
		struct iovec pieces[2] = { [1] = { frame, length } };

		write_run(r);
		write_tap(r->tap, (struct virtio_net_hdr){ 0 }, pieces, 1);
	}
}

/* The size of the datagrams that UDP_GRO joined. */
static size_t segment_of(struct msghdr *message, size_t length)
{
	int segment;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(message); c; c = CMSG_NXTHDR(message, c)) {
		if (c->cmsg_level != SOL_UDP || c->cmsg_type != UDP_GRO)
			continue;
		memcpy(&segment, CMSG_DATA(c), sizeof segment);
		return segment;
	}
	return length;
}

static void from_tunnel(void *argument)
{
	struct receiver *r = argument;
	struct mmsghdr messages[MESSAGES_PER_TURN];
	struct iovec vectors[MESSAGES_PER_TURN];
	union {
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr alignment;
	} controls[MESSAGES_PER_TURN];
	int count;

	for (int i = 0; i < MESSAGES_PER_TURN; i++) {
		vectors[i] = (struct iovec){ r->buffers[i], FRAME_MAX };
		messages[i].msg_hdr = (struct msghdr){ .msg_iov = &vectors[i],
						       .msg_iovlen = 1,
						       .msg_control = &controls[i],
						       .msg_controllen = sizeof controls[i] };
	}
	count = recvmmsg(r->udp, messages, MESSAGES_PER_TURN, MSG_DONTWAIT, NULL);
	for (int i = 0; i < count; i++) {
		size_t length = messages[i].msg_len;
		size_t segment = segment_of(&messages[i].msg_hdr, length);

		for (size_t at = 0; at < length; at += segment)
			deliver(r, r->buffers[i] + at, length - at < segment ? length - at : segment);
	}
	write_run(r);
}

static void from_tap_plain(void *argument)
{
	struct sender *s = argument;

	memcpy(s->buffer, s->vxlan, VXLAN_HEADER);
	for (int i = 0; i < FRAMES_PER_TURN; i++) {
		ssize_t length = read(s->tap, s->buffer + VXLAN_HEADER, FRAME_MAX);

		if (length < 0 && errno == EBADFD)
			err(1, "the TAP was deleted");
		if (length <= 0)
			return;
		send(s->udp, s->buffer, VXLAN_HEADER + length, 0);
	}
}

static void from_tunnel_plain(void *argument)
{
	struct receiver *r = argument;
	uint8_t *datagram = r->buffers[0];

	for (int i = 0; i < FRAMES_PER_TURN; i++) {
		ssize_t length = recv(r->udp, datagram, FRAME_MAX, MSG_DONTWAIT);

		if (length < 0)
			return;
		if (length < VXLAN_HEADER + ETH_HLEN ||
		    memcmp(datagram, r->vxlan, VXLAN_HEADER) != 0)
			continue;
		if (write(r->tap, datagram + VXLAN_HEADER, length - VXLAN_HEADER) < 0)
			continue;
	}
}

static struct sockaddr_in parse_address(const char *host)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(VXLAN_PORT) };

	if (inet_pton(AF_INET, host, &address.sin_addr) != 1)
		errx(2, "not an IPv4 address: %s", host);
	return address;
}

static int open_udp(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		err(1, "UDP socket");
	return fd;
}

static int open_to(const char *remote)
{
	struct sockaddr_in address = parse_address(remote);
	int fd = open_udp();

	if (connect(fd, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "%s", remote);
	return fd;
}

static int open_at(const char *local, bool gro)
{
	struct sockaddr_in address = parse_address(local);
	int fd = open_udp(), one = 1, bytes = RECEIVE_BUFFER;

	if (gro && setsockopt(fd, SOL_UDP, UDP_GRO, &one, sizeof one) < 0)
		err(1, "UDP_GRO");
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) < 0)
		err(1, "SO_RCVBUFFORCE");
	if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0)
		err(1, "%s", local);
	return fd;
}

struct source {
	int fd;
	void (*handle)(void *argument);
	void *argument;
};

static void run(struct source *sources, int count)
{
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (epoll < 0)
		err(1, "epoll");
	for (int i = 0; i < count; i++) {
		struct epoll_event e = { .events = EPOLLIN, .data.ptr = &sources[i] };

		if (epoll_ctl(epoll, EPOLL_CTL_ADD, sources[i].fd, &e) < 0)
			err(1, "epoll_ctl");
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		struct epoll_event events[2];
		int n = epoll_wait(epoll, events, 2, -1);

		for (int i = 0; i < n; i++) {
			struct source *s = events[i].data.ptr;

			s->handle(s->argument);
		}
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = { { "plain", no_argument, NULL, 'p' }, { 0 } };
	static struct sender sender = { .segment = 1 };
	static struct receiver receiver;
	struct endpoint e;
	bool plain = false;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
		plain = option == 'p' ? true : (exit(2), false);
	if (argc - optind != 5)
		errx(2, "usage: vxlanrelay [--plain] NETNS:TAP HOST_NETNS VNI LOCAL REMOTE");
	argv += optind;

	e = parse_endpoint(argv[0]);
	sender.tap = receiver.tap = open_tap(&e, !plain);
	if (!plain && ioctl(sender.tap, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4) < 0)
		err(1, "%s: TUNSETOFFLOAD", e.device);
	enter_netns(argv[1]);
	write_vxlan_header(sender.vxlan, atoi(argv[2]));
	write_vxlan_header(receiver.vxlan, atoi(argv[2]));
	receiver.udp = open_at(argv[3], !plain);
	sender.udp = open_to(argv[4]);

	run((struct source[]){ { sender.tap, plain ? from_tap_plain : from_tap, &sender },
			       { receiver.udp, plain ? from_tunnel_plain : from_tunnel, &receiver } },
	    2);
}
