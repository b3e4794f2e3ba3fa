/*
 * Reads the counters of two devices and the CPU time of processes, waits, reads them again.
 *
 *   window SECONDS SENDER_NETNS:DEV RECEIVER_NETNS:DEV [PID...]
 *
 * Prints key=value lines. One program does it all because an `ip netns exec cat` per counter costs
 * milliseconds that a one-second window would show. /proc/thread-self/net/dev has the numbers of
 * /sys/class/net/DEV/statistics and, unlike sysfs, needs no mount in the namespace.
 */
#define _GNU_SOURCE
#include "cpu.h"
#include "netns.h"

#include <stdint.h>
#include <time.h>

struct counters {
	uint64_t rx_packets, rx_dropped, tx_packets, tx_dropped;
};

struct snapshot {
	double time;
	struct counters sender, receiver;
	uint64_t cpu_ticks;
};

static struct counters read_counters(const struct endpoint *e)
{
	struct counters c;
	char line[512];
	FILE *file;

	enter_netns(e->netns);
	file = fopen("/proc/thread-self/net/dev", "re");
	if (!file)
		err(1, "/proc/thread-self/net/dev");
	while (fgets(line, sizeof line, file)) {
		char *name = line + strspn(line, " "), *colon = strchr(name, ':');

		if (!colon)
			continue;
		*colon = 0;
		if (strcmp(name, e->device) != 0)
			continue;
		fclose(file);
		if (sscanf(colon + 1,
			   "%*u %lu %*u %lu %*u %*u %*u %*u %*u %lu %*u %lu", &c.rx_packets,
			   &c.rx_dropped, &c.tx_packets, &c.tx_dropped) != 4)
			errx(1, "%s: cannot parse /proc/net/dev", e->device);
		return c;
	}
	errx(1, "%s: no such device in %s", e->device, e->netns);
}

static struct snapshot take(const struct endpoint *sender, const struct endpoint *receiver,
			    char **pids)
{
	struct snapshot s = { 0 };
	struct timespec t;

	s.sender = read_counters(sender);
	s.receiver = read_counters(receiver);
	clock_gettime(CLOCK_MONOTONIC, &t);
	s.time = t.tv_sec + t.tv_nsec / 1e9;
	s.cpu_ticks = cpu_ticks_of_all(pids);
	return s;
}

int main(int argc, char **argv)
{
	struct snapshot before, after;
	struct endpoint sender, receiver;
	struct timespec pause;
	uint64_t frames;
	double seconds, elapsed;

	if (argc < 4)
		errx(2, "usage: window SECONDS NETNS:DEV NETNS:DEV [PID...]");
	seconds = atof(argv[1]);
	sender = parse_endpoint(argv[2]);
	receiver = parse_endpoint(argv[3]);
	pause = (struct timespec){ (time_t)seconds, (long)((seconds - (time_t)seconds) * 1e9) };

	before = take(&sender, &receiver, argv + 4);
	nanosleep(&pause, NULL);
	after = take(&sender, &receiver, argv + 4);

	elapsed = after.time - before.time;
	frames = after.receiver.rx_packets - before.receiver.rx_packets;
	printf("elapsed=%.6f\nframes=%lu\nfps=%.0f\n", elapsed, frames, frames / elapsed);
	printf("tx_packets=%lu\n", after.sender.tx_packets - before.sender.tx_packets);
	printf("tx_dropped=%lu\n", after.sender.tx_dropped - before.sender.tx_dropped);
	printf("rx_dropped=%lu\n", after.receiver.rx_dropped - before.receiver.rx_dropped);
	print_cpu(after.cpu_ticks - before.cpu_ticks, elapsed, frames);
}
