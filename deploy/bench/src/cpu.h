/* CPU time of processes, for the programs here that measure. */
#pragma once

#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* utime and stime of the whole thread group; the command name may hold spaces and brackets. */
static inline uint64_t cpu_ticks(const char *pid)
{
	char path[64], text[1024], *after_name;
	unsigned long user, system;
	FILE *file;
	size_t length;

	snprintf(path, sizeof path, "/proc/%s/stat", pid);
	file = fopen(path, "re");
	if (!file)
		err(1, "%s", path);
	length = fread(text, 1, sizeof text - 1, file);
	fclose(file);
	text[length] = 0;
	after_name = strrchr(text, ')');
	if (!after_name || sscanf(after_name + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu",
				  &user, &system) != 2)
		errx(1, "%s: cannot parse", path);
	return user + system;
}

static inline uint64_t cpu_ticks_of_all(char **pids)
{
	uint64_t ticks = 0;

	for (; *pids; pids++)
		ticks += cpu_ticks(*pids);
	return ticks;
}

/* Prints what processes used in a window as shares of one core and per frame. */
static inline void print_cpu(uint64_t ticks, double elapsed, uint64_t frames)
{
	double cpu = (double)ticks / sysconf(_SC_CLK_TCK);

	printf("cpu_share=%.3f\n", cpu / elapsed);
	if (frames > 0)
		printf("cpu_ns=%.1f\n", cpu * 1e9 / frames);
}
