/*
 * Sends Ethernet frames as fast as one core can, or at a given rate, from the current namespace.
 *
 *   framegen --interface DEV --size BYTES --src MAC --dst MAC [--src-count N] [--dst-count N]
 *            [--seconds S] [--count FRAMES] [--rate FRAMES_PER_SECOND]
 *
 * With --src-count or --dst-count the address runs through N scattered unicast addresses instead
 * of the given one. Both options walk the same sequence, so what one learned the other one finds.
 * Prints "sent=", "refused=" (frames that met a full device queue) and "cpu_share=" (of a core).
 */
#define _GNU_SOURCE
#include "netns.h"
#include "packet.h"

#include <errno.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>

#define BATCH 64
#define FRAME_MAX 1518
#define FOREVER 1e9

struct addresses {
	uint8_t fixed[ETH_ALEN];
	uint64_t count;
	uint64_t next;
};

struct batch {
	struct mmsghdr messages[BATCH];
	struct iovec vectors[BATCH];
	uint8_t frames[BATCH][FRAME_MAX];
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* An odd factor permutes 2^40, so no two indices share an address. 0x06 is a local unicast one. */
static void scattered_mac(uint64_t index, uint8_t *mac)
{
	uint64_t bits = (index + 1) * 0x9e3779b97f4a7c15ULL;

	mac[0] = 0x06;
	for (int i = 1; i < ETH_ALEN; i++)
		mac[i] = bits >> (8 * (i - 1));
}

static void write_mac(struct addresses *a, uint8_t *destination)
{
	if (a->count == 0)
		return;
	scattered_mac(a->next, destination);
	a->next = a->next + 1 == a->count ? 0 : a->next + 1;
}

static void prepare(struct batch *b, size_t size, const struct addresses *src,
		    const struct addresses *dst)
{
	for (int i = 0; i < BATCH; i++) {
		uint8_t *frame = b->frames[i];

		memset(frame, 0, FRAME_MAX);
		memcpy(frame, dst->fixed, ETH_ALEN);
		memcpy(frame + ETH_ALEN, src->fixed, ETH_ALEN);
		frame[12] = TSB_ETHERTYPE >> 8;
		frame[13] = TSB_ETHERTYPE & 0xff;
		b->vectors[i] = (struct iovec){ frame, size };
		b->messages[i].msg_hdr = (struct msghdr){ .msg_iov = &b->vectors[i],
							  .msg_iovlen = 1 };
	}
}

/* A refused frame ends sendmmsg; it is lost, as on a wire, and the rest of the batch goes on. */
static void send_batch(int fd, struct batch *b, int count, uint64_t *sent, uint64_t *refused)
{
	int done = 0;

	while (done < count && !stopped) {
		int n = sendmmsg(fd, b->messages + done, count - done, 0);

		if (n > 0) {
			*sent += n;
			done += n;
		} else if (errno == ENOBUFS || errno == EAGAIN) {
			(*refused)++;
			done++;
		} else if (errno != EINTR) {
			err(1, "sendmmsg");
		}
	}
}

static void pace(double start, uint64_t frames, double rate)
{
	double ahead = start + frames / rate - now();

	if (ahead > 0.0001) {
		struct timespec t = { (time_t)ahead, (long)((ahead - (time_t)ahead) * 1e9) };

		nanosleep(&t, NULL);
	}
}

static uint64_t option_number(const char *text)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (end == text || *end)
		errx(2, "not a number: %s", text);
	return n;
}

struct job {
	const char *interface;
	struct addresses src, dst;
	uint64_t size, limit;
	double seconds, rate;
};

static struct job parse_job(int argc, char **argv)
{
	static const struct option options[] = {
		{ "interface", required_argument, NULL, 'i' },
		{ "size", required_argument, NULL, 'z' },
		{ "src", required_argument, NULL, 's' },
		{ "dst", required_argument, NULL, 'd' },
		{ "src-count", required_argument, NULL, 'S' },
		{ "dst-count", required_argument, NULL, 'D' },
		{ "seconds", required_argument, NULL, 't' },
		{ "count", required_argument, NULL, 'n' },
		{ "rate", required_argument, NULL, 'r' },
		{ 0 },
	};
	struct job job = { .size = ETH_ZLEN, .limit = UINT64_MAX, .seconds = FOREVER };
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 'i': job.interface = optarg; break;
		case 'z': job.size = option_number(optarg); break;
		case 's': parse_mac(optarg, job.src.fixed); break;
		case 'd': parse_mac(optarg, job.dst.fixed); break;
		case 'S': job.src.count = option_number(optarg); break;
		case 'D': job.dst.count = option_number(optarg); break;
		case 't': job.seconds = atof(optarg); break;
		case 'n': job.limit = option_number(optarg); break;
		case 'r': job.rate = atof(optarg); break;
		default: exit(2);
		}
	}
	if (!job.interface || job.size < ETH_ZLEN || job.size > 1514 || optind != argc ||
	    (job.seconds >= FOREVER && job.limit == UINT64_MAX))
		errx(2, "needs --interface, --size 60..1514, and --seconds or --count");
	return job;
}

static void generate(struct job *job, int fd, struct batch *batch)
{
	uint64_t sent = 0, refused = 0;
	double start = now();

	while (!stopped && sent + refused < job->limit && now() < start + job->seconds) {
		uint64_t left = job->limit - sent - refused;
		int count = left < BATCH ? (int)left : BATCH;

		for (int i = 0; i < count; i++) {
			write_mac(&job->dst, batch->frames[i]);
			write_mac(&job->src, batch->frames[i] + ETH_ALEN);
		}
		send_batch(fd, batch, count, &sent, &refused);
		if (job->rate > 0)
			pace(start, sent + refused, job->rate);
	}
	printf("sent=%llu\nrefused=%llu\ncpu_share=%.3f\n", (unsigned long long)sent,
	       (unsigned long long)refused,
	       seconds_of(CLOCK_PROCESS_CPUTIME_ID) / (now() - start));
}

int main(int argc, char **argv)
{
	static struct batch batch;
	struct job job = parse_job(argc, argv);

	signal(SIGINT, stop);
	signal(SIGTERM, stop);
	prepare(&batch, job.size, &job.src, &job.dst);
	generate(&job, open_socket(job.interface), &batch);
}
